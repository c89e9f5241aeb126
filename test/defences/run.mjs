// `npm run defences -- [advisory…]`: removes each defence of docs/internals/panel-attacks.md from
// the sources that its test imports, and checks that the test then fails. No file of the repository
// changes.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROWS, WITHOUT_EDIT } from './rows.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** Milliseconds until a test of a server without its defence counts as failed. */
const TEST_TIMEOUT = 20_000;
const named = process.argv.slice(2);
const rows = ROWS.filter(({ advisory }) => named.length === 0 || named.includes(advisory));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-defences-'));
const faults = [];
try {
  if (rows.length === 0) faults.push(`No row has the advisory ${named.join(', ')}.`);
  const whole = await run(rows, '');
  if (whole.failed > 0) faults.push('Tests fail with all defences: run `npm test` first.');
  else for (const row of rows) await check(row);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
if (named.length === 0)
  for (const [advisory, reason] of Object.entries(WITHOUT_EDIT))
    console.log(`-    ${advisory}: ${reason}`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

async function check(row) {
  const { failed, passed, edited } = await run([row], row.advisory);
  const files = new Set(row.edits.map(([file]) => path.join(root, file)));
  const isEdited = [...files].every((file) => edited.includes(file));
  const isSeen = isEdited && failed > 0;
  console.log(
    `${isSeen ? 'ok  ' : 'FAIL'} ${row.advisory}: ${failed} of ${failed + passed} tests fail without its defence`,
  );
  if (!isEdited) faults.push(`${row.advisory}: ${row.test} does not import what the row edits.`);
  else if (failed === 0) faults.push(`${row.advisory}: no test in ${row.test} fails.`);
}

/** Runs the tests of rows. `advisory` names the one whose defence is taken out; empty: none. */
async function run(of, advisory) {
  const report = path.join(folder, 'report.json');
  const log = path.join(folder, 'edited');
  fs.rmSync(report, { force: true });
  fs.writeFileSync(log, '');
  const tests = [...new Set(of.map(({ test }) => test))];
  const title = of.map((row) => row.advisory).join('|');
  const args = [
    'run',
    '--config=test/defences/vitest.config.ts',
    `--testNamePattern=${title}`,
    '--retry=0',
    `--testTimeout=${TEST_TIMEOUT}`,
    '--reporter=json',
    `--outputFile=${report}`,
    ...tests,
  ];
  const child = spawn(
    process.execPath,
    [path.join(root, 'node_modules/vitest/vitest.mjs'), ...args],
    {
      cwd: root,
      stdio: 'ignore',
      env: { ...process.env, GATI_WITHOUT_DEFENCE: advisory, GATI_EDITED: log },
    },
  );
  await new Promise((resolve) => child.once('exit', resolve));
  if (!fs.existsSync(report)) throw new Error(`Vitest printed no report of ${title}.`);
  const { numFailedTests: failed, numPassedTests: passed } = JSON.parse(
    fs.readFileSync(report, 'utf8'),
  );
  return { failed, passed, edited: fs.readFileSync(log, 'utf8').split('\n') };
}
