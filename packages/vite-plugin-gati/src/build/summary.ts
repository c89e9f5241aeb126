import type { Manifest } from '@gati/contract';
import { count, escapeControls } from '@gati/contract/internal';
import {
  type Column,
  paintLevel,
  printChanges,
  printTable,
  type Style,
} from '@gati/runtime-h3/command';
import type { BundleParts } from './bundle-parts.ts';

/** The result of a build, as plain data. */
export interface BuildSummary {
  manifest: Manifest;
  /** Path below which all routes are served, or `''`. */
  base: string;
  /** Milliseconds. */
  took: number;
  parts: BundleParts;
  /** Packages next to the bundle, with the bytes of their folders. */
  kept: { names: string[]; bytes: number } | undefined;
  /** Path from the root of the app, and bytes. */
  sdk: { file: string; bytes: number };
  /** Output folder from the working directory, where people run the printed commands. */
  folder: string;
  /** Versions of older releases in the build. */
  bundled: string[];
  /** Further sentences for the user, printed below the tables. */
  notes: string[];
}

/** Maximum number of rows of a table; the rest is counted. */
const MAX_ROWS = 40;
/** Maximum number of packages that are named with their size. */
const MAX_PACKAGES = 3;

/** Prints the facts about a build that users need: routes, sizes, changes, and how to run it. */
export function printSummary(summary: BuildSummary, style: Style): string[] {
  const { manifest, took, bundled, folder, notes } = summary;
  const { name, release } = manifest;
  const blocks = [
    [
      `${style.bold(`${name} ${release.version}`)} ${style.dim(release.id)} ${style.green(`built in ${(took / 1000).toFixed(1)} s`)}`,
    ],
    printRoutes(summary, style),
    printSizes(summary, style),
    printRelease(manifest, style),
    notes.map((note) => style.yellow(note)),
    [
      ...(bundled.length > 0 ? [`${style.dim('bundles')}  ${bundled.join(', ')}`] : []),
      `${style.dim('run')}      ${style.cyan(`node ${folder}/server/index.mjs`)}`,
      `${style.dim('image')}    ${style.cyan(`docker build ${folder}`)}`,
    ],
  ];
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block) => ['', ...block.map((line) => (line === '' ? '' : `  ${line}`))]);
}

const ROUTES: Column[] = ['method', 'path', 'responds', 'file'].map((title) => ({ title }));
const EFFECTS: Column[] = ['effect', 'file'].map((title) => ({ title }));

/** Prints the routes, then the effects, as `gati routes` does. */
function printRoutes({ manifest: { contract }, base }: BuildSummary, style: Style): string[] {
  const paintFile = (file: string): string => style.dim(escapeControls(file));
  const routes = contract.routes.map(({ method, path, responses, file }) => [
    method === 'WS' ? style.cyan(method) : method,
    base + path,
    Object.keys(responses).join(' '),
    paintFile(file),
  ]);
  const effects = contract.effects.map(({ name, file }) => [name, paintFile(file)]);
  return [
    ...(routes.length > 0 ? shorten(printTable(ROUTES, routes, style), style) : []),
    ...(routes.length > 0 && effects.length > 0 ? [''] : []),
    ...(effects.length > 0 ? shorten(printTable(EFFECTS, effects, style), style) : []),
  ];
}

function shorten(lines: string[], style: Style): string[] {
  const left = lines.length - 1 - MAX_ROWS;
  return left <= 1
    ? lines
    : [...lines.slice(0, MAX_ROWS + 1), style.dim(`and ${left} more, see gati routes`)];
}

const SIZES: Column[] = [{ title: 'server' }, { title: 'size', isRight: true }, { title: '' }];

function printSizes({ parts, kept, sdk }: BuildSummary, style: Style): string[] {
  const packages = parts.packages.reduce((sum, { bytes }) => sum + bytes, 0);
  const named = parts.packages
    .slice(0, MAX_PACKAGES)
    .map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`);
  const others = parts.packages.length - named.length;
  const rows = [
    ['your code', formatBytes(parts.app), ''],
    ...(packages > 0
      ? [
          [
            'packages',
            formatBytes(packages),
            [...named, ...(others > 0 ? [`${others} more`] : [])].join(', '),
          ],
        ]
      : []),
    ...(kept ? [['kept packages', formatBytes(kept.bytes), kept.names.join(', ')]] : []),
    [
      'Gati',
      formatBytes(parts.gati),
      `${count(parts.gatiChunks, 'chunk')}, most loaded when needed`,
    ],
    ['SDK', formatBytes(sdk.bytes), sdk.file],
  ];
  return printTable(
    SIZES,
    rows.map(([what, size, note]) => [what!, size!, style.dim(note!)]),
    style,
  );
}

/** Prints which version the build has, and why. */
function printRelease(
  { release: { since, bump }, changes = [] }: Manifest,
  style: Style,
): string[] {
  if (since === undefined || bump === undefined) return [];
  const head = `${paintLevel(bump, style)} since ${since}`;
  if (changes.length === 0) return [`${head}: the code changed, the contract did not`];
  return [head, ...shorten(printChanges(changes, style), style)];
}

/** Formats bytes as Vite does, in steps of 1000. */
export function formatBytes(bytes: number): string {
  return bytes >= 1_000_000
    ? `${(bytes / 1_000_000).toFixed(1)} MB`
    : `${(bytes / 1000).toFixed(1)} kB`;
}
