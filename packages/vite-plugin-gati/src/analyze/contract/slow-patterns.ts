import { createRequire } from 'node:module';
import { type Defs, refName, type RouteContract, type Schema, walkSchema } from '@gati/contract';

/** Number of characters for which a search in quadratic time takes only some milliseconds. */
export const SHORT_TEXT = 1000;
/** Verdicts of patterns: most routes of an app share a few. */
const verdicts = new Map<string, Growth | undefined>();
const MOST_VERDICTS = 1000;

/** Growth of the time of a search with the length of the text. */
type Growth = 'exponential' | 'polynomial';

/** A part of a request with a pattern that lets a client keep a worker busy. */
export interface SlowPattern {
  part: 'params' | 'query' | 'headers' | 'body' | 'receive';
  pattern: string;
  growth: Growth;
}

/**
 * Returns the patterns of a route's input that take more than linear time in the length of the text
 * that a client sends. A pattern of a string with a small `maxLength` may be polynomial.
 */
export function findSlowPatterns(contract: RouteContract, $defs: Defs): SlowPattern[] {
  const { params, query, headers, body, receive } = contract;
  const parts = { params, query, headers, body: body?.schema, receive };
  return (Object.keys(parts) as SlowPattern['part'][]).flatMap((part) =>
    patternsOf(parts[part] ?? {}, $defs).map((found) => ({ part, ...found })),
  );
}

function patternsOf(root: Schema, $defs: Defs): Omit<SlowPattern, 'part'>[] {
  const found = new Map<string, Growth>();
  const seen = new Set<string>();
  const queue = [root];
  for (let next = queue.pop(); next !== undefined; next = queue.pop())
    walkSchema(next, ({ $ref, pattern, maxLength = Infinity }) => {
      const name = $ref === undefined ? undefined : refName($ref);
      if (name !== undefined && $defs[name] !== undefined && !seen.has(name)) {
        seen.add(name);
        queue.push($defs[name]);
      }
      if (pattern === undefined) return;
      const growth = growthOf(pattern);
      if (growth === 'exponential' || (growth !== undefined && maxLength > SHORT_TEXT))
        found.set(pattern, growth);
    });
  return [...found].map(([pattern, growth]) => ({ pattern, growth }));
}

function growthOf(pattern: string): Growth | undefined {
  if (verdicts.has(pattern)) return verdicts.get(pattern);
  if (verdicts.size >= MOST_VERDICTS) verdicts.clear();
  const growth = analyze(pattern);
  verdicts.set(pattern, growth);
  return growth;
}

function analyze(source: string): Growth | undefined {
  // Loaded on first use: most apps have no patterns.
  const { analyse } = createRequire(import.meta.url)('scslre') as typeof import('scslre');
  try {
    const { reports } = analyse({ source, flags: 'u' });
    if (reports.length === 0) return undefined;
    return reports.some(({ exponential }) => exponential) ? 'exponential' : 'polynomial';
  } catch {
    // A pattern that is not valid is reported where it is compiled.
    return undefined;
  }
}
