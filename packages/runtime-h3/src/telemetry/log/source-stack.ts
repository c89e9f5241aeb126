import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  findSourcePlaces,
  type GeneratedPlace,
  type SourceMap,
  type SourcePlace,
} from './source-map.ts';

/** `    at async name (file:///app/dist/server/release.mjs?1:1:93)`; the name may be absent. */
const FRAME =
  /^( +at (?:async )?)(?:(.*) \()?((?:file:\/\/)?[^()]*\.mjs)(?:\?[^():]*)?:(\d+):(\d+)\)?$/;
/**
 * Maximum number of characters of a frame. A message may have longer lines, with text of a client.
 */
const MAX_LINE = 1000;
/** Maximum number of frames of a stack that are looked up. Node prints 10 by default. */
const MAX_FRAMES = 50;
/** Maximum bytes of a map that is read. */
const MAX_MAP = 64 * 1024 * 1024;
/** Maximum number of places that are remembered: an error that repeats reads no map. */
const MAX_PLACES = 1000;

interface Frame extends GeneratedPlace {
  head: string;
  name: string | undefined;
  file: string;
  /** Identifies the place. */
  key: string;
}

/** Keyed by {@link Frame.key}. */
const places = new Map<string, SourcePlace | undefined>();

/**
 * Replaces the places of a bundle in a stack with those of the source, if the bundle has source maps
 * beside it. A build writes them for the app's own code. They are read when a stack is printed, never
 * before.
 */
export function toSourceStack(stack: string): string {
  if (!stack.includes('.mjs:')) return stack;
  const lines = stack.split('\n');
  let left = MAX_FRAMES;
  const frames = lines.map((line) => {
    const frame = left > 0 && line.length <= MAX_LINE ? readFrame(line) : undefined;
    if (frame) left--;
    return frame;
  });
  findPlaces(frames.filter((frame) => frame !== undefined));
  const placeOf = (frame: Frame | undefined): SourcePlace | undefined =>
    frame && places.get(frame.key);
  return lines
    .map((line, index) => {
      const frame = frames[index];
      const place = placeOf(frame);
      if (!frame || !place) return line;
      // The caller calls the function by the name that it has in the source.
      const name = isMangled(frame.name) ? placeOf(frames[index + 1])?.name : frame.name;
      const at = `${place.source}:${place.line}:${place.column}`;
      return name === undefined ? frame.head + at : `${frame.head}${name} (${at})`;
    })
    .join('\n');
}

function readFrame(line: string): Frame | undefined {
  const match = FRAME.exec(line);
  if (!match) return undefined;
  const [, head, name, file, row, column] = match;
  const key = `${file}:${row}:${column}`;
  return { head: head!, name, file: file!, line: Number(row), column: Number(column), key };
}

/** Whether a bundler has shortened the name of a function. Names of members are not shortened. */
const isMangled = (name: string | undefined): boolean =>
  name !== undefined && /^[\w$]{1,2}$/.test(name);

/** Adds the places of frames to `places`; reads each map once. */
function findPlaces(frames: Frame[]): void {
  const unknown = frames.filter(({ key }) => !places.has(key));
  if (places.size + unknown.length > MAX_PLACES) places.clear();
  for (const file of new Set(unknown.map((frame) => frame.file))) {
    const inFile = unknown.filter((frame) => frame.file === file);
    const found = findInFile(file, inFile);
    for (const [index, { key }] of inFile.entries()) places.set(key, found[index]);
  }
}

function findInFile(url: string, frames: Frame[]): (SourcePlace | undefined)[] {
  try {
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    const map = isBundle(file) ? readMap(`${file}.map`) : undefined;
    if (!map) return [];
    return findSourcePlaces(map, frames).map(
      (place) => place && { ...place, source: toAppPath(place.source) },
    );
  } catch {
    // A damaged map must not hide the error that is logged.
    return [];
  }
}

/** Packages may have maps of their own, which lead to files that are not installed. */
const isBundle = (file: string): boolean =>
  path.isAbsolute(file) && !/[\\/]node_modules[\\/]/.test(file);

function readMap(file: string): SourceMap | undefined {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.size > MAX_MAP) return undefined;
  const map = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<SourceMap>;
  const { sources, names = [], mappings } = map;
  return Array.isArray(sources) && typeof mappings === 'string' && Array.isArray(names)
    ? { sources, names, mappings }
    : undefined;
}

/**
 * Returns the path in the app of a path that is relative to a folder in `dist/server`. The folder may
 * be in another place now, so only what follows the `../` is known.
 */
const toAppPath = (source: string): string =>
  path.posix.normalize(source).replace(/^(?:\.\.\/)+/, '');
