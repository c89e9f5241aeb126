import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { isMap, isPair, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { checkConfig, type ConfigFault } from './check.ts';
import { checkOrder } from './check-order.ts';
import { DEPLOY_SCHEMA } from './schema.ts';
import type { Settings } from './settings.ts';

export const CONFIG_FILE = 'gati.deploy.yaml';
const FILE_LIMIT = 1_048_576;

/**
 * Reads the settings of an environment from `gati.deploy.yaml`: those at the top, replaced by its own.
 *
 * @param folder of the file
 * @throws {GatiError} GATI_DEPLOY_CONFIG when the file is missing, can't be parsed, or has a setting
 *   that does not exist. The error names file, line and column.
 */
export function readConfig(folder: string, environment: string): Settings {
  const file = path.join(folder, CONFIG_FILE);
  if (!fs.existsSync(file))
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: `There is no ${CONFIG_FILE} in ${folder}.`,
      fix: 'Run `gati-deploy init`, which writes it.',
    });
  if (fs.statSync(file).size > FILE_LIMIT)
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: `${CONFIG_FILE} is longer than 1 MiB.`,
      fix: 'Shorten it.',
    });
  return parseConfig(fs.readFileSync(file, 'utf8'), environment);
}

/** Parses the text of `gati.deploy.yaml`. @throws {GatiError} GATI_DEPLOY_CONFIG */
export function parseConfig(text: string, environment: string): Settings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw configError(`it is not YAML: ${error.message}`, 'Correct the line.', line, col);
  }
  const value = expandAliases(document) ?? {};
  const [fault] = [
    ...checkConfig(value, DEPLOY_SCHEMA, DEPLOY_SCHEMA.$defs!),
    ...checkOrder(value),
  ];
  if (fault) {
    const { line, col } = lines.linePos(offsetOf(document.contents, fault));
    throw configError(fault.message, fault.fix, line, col);
  }
  const { environments, ...top } = value as Settings & { environments?: Record<string, Settings> };
  const own =
    environments && Object.hasOwn(environments, environment)
      ? environments[environment]
      : undefined;
  return merge(top, own ?? {}) as Settings;
}

function expandAliases(document: ReturnType<typeof parseDocument>): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    // Throws when an alias is inside of its own anchor.
    JSON.stringify(value);
    return value;
  } catch {
    throw configError(
      'its aliases contain themselves, or expand to too many values',
      'Write the values without aliases.',
      1,
      1,
    );
  }
}

function configError(why: string, fix: string, line: number, column: number): GatiError {
  return new GatiError({
    code: 'GATI_DEPLOY_CONFIG',
    message: `${why[0]!.toUpperCase()}${why.slice(1)}.`,
    fix,
    file: CONFIG_FILE,
    line,
    column,
  });
}

/** Returns where the key or the value of a fault begins in the text. */
function offsetOf(root: unknown, { path: steps, isKey }: ConfigFault): number {
  let node = root as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    if (isMap(node)) {
      const pair = (node as YAMLMap<Node, Node>).items.find(
        (each) => isPair(each) && String((each.key as { value?: unknown }).value) === String(step),
      );
      node = (pair?.value as Node | null) ?? null;
      const place = isLast && isKey ? pair?.key : (pair?.value ?? pair?.key);
      offset = (place as Node | undefined)?.range?.[0] ?? offset;
    } else {
      node = ((node as { items?: Node[] } | null)?.items?.[step as number] ?? null) as Node | null;
      offset = node?.range?.[0] ?? offset;
    }
  }
  return offset;
}

/** Merges settings by name; lists and values are replaced. */
export function merge(base: unknown, own: unknown): unknown {
  if (!isObject(base) || !isObject(own)) return own;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own))
    merged[key] = Object.hasOwn(merged, key) ? merge(merged[key], value) : value;
  return merged;
}
