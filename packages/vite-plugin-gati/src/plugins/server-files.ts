import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '@gati/contract';
import { MagicString } from 'magic-string';
import { type ESTree, normalizePath, type Plugin } from 'vite';
import { reportDiagnostics } from '../build/report.ts';
import { SERVER_FILES } from '../build/environments.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { placeOf, printFrame } from '../scan/code-frame.ts';

/** `new URL(argument, import.meta.url)` in the code of a module. */
interface FileUrl {
  start: number;
  end: number;
  /** The argument as it is written, and its value if it is constant. */
  written: string;
  value: string | undefined;
}

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

/**
 * Emits the files that server code points to with `new URL('./file', import.meta.url)`: modules,
 * such as those of worker threads, as chunks, and other files as they are.
 */
export function serverFilesPlugin(): Plugin {
  const references = new Set<string>();
  return {
    name: 'gati:server-files',
    apply: 'build',
    sharedDuringBuild: true,
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    transform: {
      filter: { id: { exclude: [/^\0/, /\?/] }, code: /\bURL\b[^]*\bimport\.meta\.url\b/ },
      handler(code, id) {
        if (!path.isAbsolute(id)) return undefined;
        const changed = new MagicString(code);
        for (const { start, end, written, value } of findFileUrls(this.parse(code), code)) {
          if (value !== undefined && !/^\.{1,2}(?:\/|$)/.test(value)) continue;
          const file = value === undefined ? undefined : path.resolve(path.dirname(id), value);
          const source = file !== undefined && readFile(file);
          if (!source) {
            // Packages may look for optional files.
            if (id.includes('/node_modules/')) continue;
            reportDiagnostics(
              [noFile(this.environment.config.root, id, written, value)],
              () => undefined,
            );
            continue;
          }
          const reference = CODE.test(file)
            ? this.emitFile({ type: 'chunk', id: file, name: path.parse(file).name })
            : this.emitFile({ type: 'asset', fileName: toFileName(file, source), source });
          references.add(reference);
          this.addWatchFile(file);
          changed.overwrite(start, end, `new URL(import.meta.ROLLUP_FILE_URL_${reference})`);
        }
        return changed.hasChanged()
          ? { code: changed.toString(), map: changed.generateMap({ hires: 'boundary' }) }
          : undefined;
      },
    },
    resolveFileUrl: {
      order: 'pre',
      // Vite would make it an address below its `base`.
      handler: ({ referenceId, relativePath }) =>
        references.has(referenceId)
          ? `new URL(${JSON.stringify(relativePath)}, import.meta.url).href`
          : undefined,
    },
  };
}

function findFileUrls(program: unknown, code: string): FileUrl[] {
  const found: FileUrl[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    const node = value as ESTree.Node;
    if (node.type === 'NewExpression') {
      const url = toFileUrl(node, code);
      if (url) found.push(url);
    }
    Object.values(node).forEach(visit);
  };
  visit(program);
  return found.sort((a, b) => a.start - b.start);
}

function toFileUrl(node: ESTree.NewExpression, code: string): FileUrl | undefined {
  const [first, base] = node.arguments;
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL' || !first || !base)
    return undefined;
  if (code.slice(base.start, base.end) !== 'import.meta.url') return undefined;
  const written = code.slice(first.start, first.end);
  if (code.slice(node.start, first.start).includes('@vite-ignore')) return undefined;
  const { start, end } = node;
  if (first.type === 'Literal' && typeof first.value === 'string')
    return { start, end, written, value: first.value };
  if (first.type !== 'TemplateLiteral') return undefined;
  const [text] = first.quasis;
  const value = first.expressions.length === 0 ? (text?.value.cooked ?? undefined) : undefined;
  // The beginning decides whether a computed path is relative.
  if (value === undefined && !text?.value.cooked?.startsWith('.')) return undefined;
  return { start, end, written, value };
}

function readFile(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

function toFileName(file: string, source: Buffer): string {
  const { name, ext } = path.parse(file);
  const hash = createHash('sha256').update(source).digest('base64url').slice(0, 8);
  return `${SERVER_FILES}/${name}-${hash}${ext}`;
}

function noFile(root: string, id: string, written: string, value: string | undefined): Diagnostic {
  const text = fs.readFileSync(id, 'utf8');
  const quoted = value === undefined ? written : `'${value}'`;
  const place = placeOf(text, Math.max(0, text.indexOf(value ?? written)));
  const file = normalizePath(path.relative(root, id));
  const reason =
    value === undefined
      ? 'is computed, so the build does not know which files it needs'
      : fs.existsSync(path.resolve(path.dirname(id), value))
        ? 'is a folder, which the build does not copy'
        : 'does not exist';
  return {
    code: 'GATI_SERVER_FILE',
    level: 'error',
    message: `The file ${quoted} ${reason}.`,
    fix: "Name one file, import its text with `?raw`, or list files with `import.meta.glob`. For a path that exists when the server runs, write `new URL(/* @vite-ignore */ './data', import.meta.url)`.",
    file,
    ...place,
    frame: printFrame(text, place),
  };
}
