import fs from 'node:fs';
import path from 'node:path';
import { usageError } from '@gati/runtime-h3/command';
import { exampleRepository, printInitialConfig } from '../../config/initial-config.ts';
import { CONFIG_FILE } from '../../config/read-config.ts';
import { parseReference } from '../../registry/reference.ts';
import { type Call, OK } from '../command.ts';
import { findAppName } from '../read-app.ts';

export async function run({ root, options, reporter }: Call): Promise<number> {
  const file = path.join(root, CONFIG_FILE);
  if (fs.existsSync(file) && options['force'] !== true)
    throw usageError(`${CONFIG_FILE} exists already`, 'Edit it, or replace it with `--force`.');
  const repository = typeof options['repository'] === 'string' ? options['repository'] : undefined;
  if (repository !== undefined) parseReference(repository);
  fs.writeFileSync(file, printInitialConfig(repository ?? exampleRepository(findAppName(root))));
  reporter.line(
    repository === undefined
      ? `wrote ${CONFIG_FILE}; set \`image.repository\` in it to a registry of yours`
      : `wrote ${CONFIG_FILE}`,
  );
  reporter.document({ file: CONFIG_FILE });
  return OK;
}
