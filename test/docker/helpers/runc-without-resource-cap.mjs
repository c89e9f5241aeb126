#!/usr/bin/env node
// `runc` for a root user without CAP_SYS_RESOURCE, such as root in a container. The kernel denies that
// user negative OOM scores and raised limits, so this script removes them from the container's config.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const args = process.argv.slice(2);
const at = args.findIndex((arg) => arg === '--bundle' || arg === '-b');
const file = path.join(at < 0 ? '.' : args[at + 1], 'config.json');
if (fs.existsSync(file)) {
  const config = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (config.process) {
    delete config.process.rlimits;
    if (config.process.oomScoreAdj < 0) config.process.oomScoreAdj = 0;
    fs.writeFileSync(file, JSON.stringify(config));
  }
}
const { status } = spawnSync('runc', args, { stdio: 'inherit' });
process.exit(status ?? 1);
