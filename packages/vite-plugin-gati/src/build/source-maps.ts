import path from 'node:path';
import { visitSegments } from '@gati/runtime-h3/internal';
import { SourceMap } from 'magic-string';
import { normalizePath, type Rolldown } from 'vite';
import { SERVER_DIR } from './environments.ts';
import { isAppModule } from './bundle-parts.ts';

interface SourceMapFile {
  sources: (string | null)[];
  names: string[];
  mappings: string;
}

/** `[column]`, or with source, line and column in it, and an index of the name. */
type Segment =
  | [number]
  | [number, number, number, number]
  | [number, number, number, number, number];

/**
 * Reduces the source maps of a server to what its log needs: maps of chunks with code of the app,
 * without a copy of the sources. Places in packages have a line but no column, which makes the map
 * of a large package several times smaller. Paths are as if the output folder were `dist`, so that
 * the same app gives the same bytes in every folder.
 *
 * @param outDir folder of the server
 */
export function trimSourceMaps(bundle: Rolldown.OutputBundle, root: string, outDir: string): void {
  for (const chunk of Object.values(bundle)) {
    if (chunk.type !== 'chunk') continue;
    const name = `${chunk.fileName}.map`;
    const map = bundle[name];
    if (map?.type !== 'asset') continue;
    if (!chunk.moduleIds.some(isAppModule)) {
      delete bundle[name];
      continue;
    }
    const { sources, names, mappings } = JSON.parse(String(map.source)) as SourceMapFile;
    const from = path.join(outDir, path.dirname(name));
    const to = path.join(root, 'dist', SERVER_DIR, path.dirname(name));
    const files = sources.map((source) => path.resolve(from, source ?? ''));
    const trimmed = new SourceMap({
      file: path.basename(chunk.fileName),
      sources: files.map((file) => normalizePath(path.relative(to, file))),
      sourcesContent: undefined,
      names,
      mappings: trimMappings(mappings, files.map(isAppModule)),
    });
    map.source = trimmed.toString();
  }
}

/** @param isOwn whether each source is code of the app */
function trimMappings(mappings: string, isOwn: boolean[]): Segment[][] {
  const lines: Segment[][] = [[]];
  let place = '';
  visitSegments(
    mappings,
    ({ line, fields: [column, source, sourceLine, sourceColumn, name], size }) => {
      while (lines.length <= line) {
        lines.push([]);
        place = '';
      }
      const here = size === 1 ? '' : `${source}:${sourceLine}`;
      const segments = lines[line]!;
      if (size > 1 && isOwn[source] === true) {
        const segment: Segment = [column, source, sourceLine, sourceColumn];
        segments.push(size === 5 ? [...segment, name] : segment);
      } else if (here !== place) {
        segments.push(size === 1 ? [column] : [column, source, sourceLine, 0]);
      }
      place = here;
      return true;
    },
  );
  return lines;
}
