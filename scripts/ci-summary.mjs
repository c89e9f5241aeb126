// Sums up the JSON reports of Vitest; the last line is for machines. Arguments: commands that failed.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './lib/steps.mjs';

const problems = process.argv.slice(2);
const folder = path.join(root, '.cache');
const reports = fs.readdirSync(folder).filter((name) => /^report-.+\.json$/.test(name));
let passed = 0;
let failed = 0;
for (const name of reports) {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    fs.readFileSync(path.join(folder, name), 'utf8'),
  );
  // a file that could not even be loaded has no tests to count
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  console.log(
    `${name}: ${numPassedTests} passed, ${numFailedTests + broken} failed, ${numPendingTests} skipped`,
  );
  passed += numPassedTests;
  failed += numFailedTests + broken;
}
for (const problem of problems) console.log(`failed: ${problem}`);
// a step without tests of its own counts as one failure, and so does a test run that left no report
if (failed === 0) failed = problems.length || (reports.length === 0 ? 1 : 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
