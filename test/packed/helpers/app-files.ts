import fs from 'node:fs';
import path from 'node:path';
import { type ProcessResult, runProcess } from '@gati/test-kit/processes';
import type { CreatedApp } from './describe-lifecycle.ts';

/** Access to a created app by paths relative to it. */
export interface AppFiles {
  at(file: string): string;
  read(file: string): string;
  // oxlint-disable-next-line typescript/no-explicit-any -- documents whose members a test reads
  readJson(file: string): any;
  write(file: string, text: string): void;
  /** Runs `npx gati` in the app. */
  gati(...args: string[]): Promise<ProcessResult>;
}

export function openAppFiles(app: CreatedApp): AppFiles {
  const at = (file: string): string => path.join(app.folder, file);
  const read = (file: string): string => fs.readFileSync(at(file), 'utf8');
  return {
    at,
    read,
    readJson: (file) => JSON.parse(read(file)),
    write: (file, text) => fs.writeFileSync(at(file), text),
    gati: (...args) => runProcess('npx', ['gati', ...args], { cwd: app.folder, env: app.env }),
  };
}
