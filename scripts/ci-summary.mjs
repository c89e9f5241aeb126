// Adds up the JSON reports of Vitest, and names the tests that failed and those that passed only
// when they were repeated. The arguments are the commands that failed. CI reads the last line.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './lib/steps.mjs';

const failedCommands = process.argv.slice(2);
const folder = path.join(root, '.cache');
const reports = fs.readdirSync(folder).filter((name) => /^report-.+\.json$/.test(name));
let passed = 0;
let failed = 0;
for (const name of reports) {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    fs.readFileSync(path.join(folder, name), 'utf8'),
  );
  // A file that failed to load reports no tests, so it counts as one failure.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  console.log(
    `${name}: ${numPassedTests} passed, ${numFailedTests + broken} failed, ${numPendingTests} skipped`,
  );
  for (const { name: file, assertionResults } of testResults)
    for (const { status, fullName, failureMessages } of assertionResults) {
      // A test that passed has messages if it failed before it was repeated.
      if (status !== 'failed' && failureMessages.length === 0) continue;
      const [reason] = (failureMessages[0] ?? '').split('\n');
      const state = status === 'failed' ? 'failed' : 'FLAKY, passed when repeated';
      console.log(`  ${state}: ${path.relative(root, file)}: ${fullName}: ${reason}`);
    }
  passed += numPassedTests;
  failed += numFailedTests + broken;
}
for (const command of failedCommands) console.log(`failed: ${command}`);
// A failed step without tests counts as one failure, and so does a test run without a report.
if (failed === 0) failed = failedCommands.length || (reports.length === 0 ? 1 : 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
