import { usageError } from '@gati/runtime-h3/command';
import { regionNames } from '../config/regions.ts';
import { type Call, codeOf, type Command, OK, PENDING } from './command.ts';
import { readAllRegions } from './read-app.ts';
import { toDiagnostic } from './reporter.ts';

type Run = (call: Call) => Promise<number>;

/**
 * Runs a command in each region of its environment, one after the other. A deploy stops at the first
 * region that fails, so that the others keep the release that they serve.
 */
export async function runInRegions(
  { regions: how }: Pick<Command, 'regions'>,
  call: Call,
  run: Run,
): Promise<number> {
  const { reporter, options } = call;
  if (how === undefined || options['region'] !== undefined) return await run(call);
  const names = regionNames(readAllRegions(call, call.words[0]).settings);
  if (names.length === 0) return await run(call);
  // Each region would replace the file of the one before.
  if (options['out'] !== undefined)
    throw usageError(
      '`--out` writes the plan of one region',
      `Choose one with \`--region\`: ${names.join(', ')}.`,
    );
  const results: { region: string; code: number; result: unknown }[] = [];
  for (const [index, region] of names.entries()) {
    reporter.line(reporter.style.bold(`region ${region}`));
    reporter.event('region', { region });
    const { code, result } = await runInRegion(call, region, run);
    results.push({ region, code, result });
    const left = names.slice(index + 1);
    if (how === 'all' || code === OK || code === PENDING || left.length === 0) continue;
    reporter.warn(`stopped at ${region}: ${left.join(', ')} keep the release that they serve`);
    break;
  }
  reporter.document({ regions: results });
  const codes = results.map(({ code }) => code);
  return codes.find((code) => code !== OK && code !== PENDING) ?? Math.max(...codes);
}

/** Runs a command in one region, and collects its document. */
async function runInRegion(
  call: Call,
  region: string,
  run: Run,
): Promise<{ code: number; result: unknown }> {
  let result: unknown = null;
  const reporter: Call['reporter'] = {
    ...call.reporter,
    event: (name, fields) => call.reporter.event(name, { region, ...fields }),
    document: (value) => void (result = value),
  };
  try {
    const code = await run({ ...call, reporter, options: { ...call.options, region } });
    return { code, result };
  } catch (error) {
    const diagnostic = toDiagnostic(error);
    reporter.diagnostic(diagnostic);
    return { code: codeOf(diagnostic), result: { errors: [diagnostic] } };
  }
}
