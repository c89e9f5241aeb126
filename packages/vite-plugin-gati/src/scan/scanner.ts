import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { assemble } from './assemble.ts';
import { readFacts, type ScannedFile } from './facts.ts';
import { FOLDERS, toRole } from './layout.ts';
import type { Scan } from './types.ts';

/** Scans an app again and again; only files whose text changed are parsed. */
export interface Scanner {
  /** Looks at every file. */
  scan(): Promise<Scan>;
  /** Looks at these files only (from the root, with `/`): changed, come or gone. */
  update(files: string[]): Promise<Scan>;
}

export function createScanner(root: string): Scanner {
  const files = new Map<string, ScannedFile & { hash: string }>();

  async function look(file: string): Promise<void> {
    const role = toRole(file);
    if (!role) return;
    let text: string;
    try {
      text = await fs.readFile(path.join(root, file), 'utf8');
    } catch {
      files.delete(file);
      return;
    }
    const hash = createHash('sha1').update(text).digest('base64');
    const before = files.get(file);
    if (before?.hash === hash) return;
    const facts = readFacts(file, text);
    const kept = Boolean(facts.syntax && before && (before.kept || !before.facts.syntax));
    files.set(file, { file, role, hash, kept, facts: kept && before ? { ...before.facts, syntax: facts.syntax } : facts });
  }

  return {
    async scan() {
      const found = await glob([...FOLDERS.map((folder) => `${folder}/**/*`), 'src/config.*'], { cwd: root, expandDirectories: false });
      const present = new Set(found.map((file) => file.replaceAll('\\', '/')));
      for (const file of files.keys()) if (!present.has(file)) files.delete(file);
      await Promise.all([...present].map(look));
      return assemble([...files.values()]);
    },
    async update(changed) {
      await Promise.all(changed.map(look));
      return assemble([...files.values()]);
    },
  };
}

/** Scans an app once. */
export function scan(root: string): Promise<Scan> {
  return createScanner(root).scan();
}
