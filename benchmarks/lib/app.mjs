// Generates apps. The same arguments give the same files.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const TMP = fileURLToPath(new URL('../.tmp/', import.meta.url));
const PER_DOMAIN = 20;

/** Creates an empty folder inside `benchmarks/`, where imports of this repository's packages resolve. */
export function freshFolder(name) {
  const dir = path.join(TMP, name);
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  return dir;
}

export function write(dir, file, text) {
  const target = path.join(dir, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, text);
}

/** File and URL of the handler with this index. */
export const probe = (index) => ({
  file: `src/handlers/domain${Math.floor(index / PER_DOMAIN)}/item${index}.ts`,
  url: `/domain${Math.floor(index / PER_DOMAIN)}/item${index}/42`,
});

/**
 * Writes an app of `count` handlers: one half reads, a quarter creates, an eighth changes, an eighth
 * deletes. It has shared types and helpers, a module, an effect, errors, and two to four responses per
 * route.
 */
export function gatiApp(dir, count) {
  write(
    dir,
    'package.json',
    JSON.stringify(
      { name: path.basename(dir), version: '1.0.0', private: true, type: 'module' },
      null,
      2,
    ),
  );
  write(
    dir,
    'vite.config.ts',
    "import gati from 'vite-plugin-gati';\n\nexport default { plugins: [gati()], logLevel: 'warn' };\n",
  );
  write(
    dir,
    'tsconfig.json',
    JSON.stringify(
      {
        compilerOptions: {
          target: 'ES2023',
          lib: ['ES2023', 'DOM', 'DOM.Iterable'],
          module: 'ESNext',
          moduleResolution: 'bundler',
          strict: true,
          skipLibCheck: true,
          noEmit: true,
          types: [],
          verbatimModuleSyntax: true,
        },
        include: ['src', '.gati/types', '.gati/generated'],
      },
      null,
      2,
    ),
  );
  write(
    dir,
    'src/gati-env.d.ts',
    '/// <reference types="vite-plugin-gati/types" />\n/// <reference path="../.gati/types/gati.d.ts" />\n',
  );
  write(dir, 'src/lib/types.ts', SHARED_TYPES);
  write(dir, 'src/lib/auth.ts', AUTH);
  write(dir, 'src/modules/store.ts', STORE);
  write(
    dir,
    'src/effects/notify.ts',
    'export async function run(payload: { kind: string; id: string }): Promise<void> {\n  void payload;\n}\n',
  );
  for (let i = 0; i < count; i++) write(dir, probe(i).file, handler(i));
}

/** Source of one handler. `stamp` is part of its response and so of its contract. */
export function handler(i, stamp = 'v0') {
  const base = `/domain${Math.floor(i / PER_DOMAIN)}/item${i}`;
  const kind = i % 8;
  if (kind < 4) return read(i, base, stamp);
  if (kind < 6) return create(i, base, stamp);
  if (kind === 6) return change(i, base, stamp);
  return remove(i, base, stamp);
}

const read = (i, base, stamp) => `import { HttpError } from '@gati/runtime-h3';
import type { Account } from '../../lib/types';

export const route = 'GET ${base}/:id';

export type Query = { expand?: 'owner' | 'items'; limit?: number };

/** Reads item ${i}. */
export const handler: Handler<typeof route> = async (req, res, gctx) => {
  const account: Account | undefined = await gctx.modules.store.find(req.params.id);
  if (!account) throw new HttpError(404, 'item${i}_not_found', { id: req.params.id });
  if (account.state === 'closed') {
    res.status = 410;
    return res.json({ error: 'Gone' as const, since: account.updatedAt });
  }
  return res.json({ stamp: '${stamp}' as const, account, expand: req.query.expand ?? null, limit: req.query.limit ?? 20 });
};
`;

const create = (i, base, stamp) => `import { requireUser } from '../../lib/auth';
import type { Address, Line } from '../../lib/types';

export const route = 'POST ${base}';

export type Body = { reference: string; lines: Line[]; ship: Address; note${i}?: string; express: boolean };

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  const user = requireUser(req.headers);
  const total = req.body.lines.reduce((sum, line) => sum + line.quantity * line.price, 0);
  if (total > 10_000) {
    res.status = 422;
    return res.json({ error: 'TooLarge' as const, total, max: 10_000 });
  }
  const { id } = await gctx.effects.enqueue('notify', { kind: 'created${i}', id: req.body.reference });
  res.status = 201;
  res.body = { stamp: '${stamp}' as const, id, total, owner: user.name, city: req.body.ship.city };
};
`;

const change = (i, base, stamp) => `import type { Patch } from '../../lib/types';

export const route = 'PATCH ${base}/:id';

export type Body = Patch & { reason${i}: string };

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  const found = await gctx.modules.store.find(req.params.id);
  res.status = found ? 200 : 404;
  return res.json(found ? { stamp: '${stamp}' as const, changed: Object.keys(req.body), account: found } : { error: 'NotFound' as const });
};
`;

const remove = (i, base, stamp) => `import { requireUser } from '../../lib/auth';

export const route = 'DELETE ${base}/:id';

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  const user = requireUser(req.headers);
  switch (await gctx.modules.store.remove(req.params.id)) {
    case 'removed':
      res.status = 200;
      return res.json({ stamp: '${stamp}' as const, removed${i}: true, by: user.name });
    case 'locked':
      res.status = 423;
      return res.json({ error: 'Locked' as const });
    default:
      res.status = 404;
      return res.json({ error: 'NotFound' as const });
  }
};
`;

const SHARED_TYPES = `export type State = 'open' | 'frozen' | 'closed';

export interface Address {
  street: string;
  city: string;
  zip: string;
  country?: string;
}

export interface Owner {
  id: string;
  name: string;
  email: string | null;
  addresses: Address[];
}

export interface Account {
  id: string;
  state: State;
  owner: Owner;
  balance: number;
  tags: string[];
  limits: Record<string, number>;
  createdAt: Date;
  updatedAt: Date;
}

export interface Line {
  sku: string;
  quantity: number;
  price: number;
}

export type Patch = Partial<Pick<Account, 'state' | 'tags' | 'balance'>>;
`;

const AUTH = `import { HttpError } from '@gati/runtime-h3';

export interface User {
  id: string;
  name: string;
}

export function requireUser(headers: Record<string, string | undefined>): User {
  const name = headers['x-user'];
  if (!name) throw new HttpError(401, 'unauthorized');
  return { id: 'u1', name };
}
`;

const STORE = `import type { Account } from '../lib/types';

export async function find(id: string): Promise<Account | undefined> {
  if (id === 'none') return undefined;
  return {
    id,
    state: id === 'old' ? 'closed' : 'open',
    owner: { id: 'o1', name: 'Ada', email: null, addresses: [] },
    balance: 12.5,
    tags: ['a'],
    limits: { day: 100 },
    createdAt: new Date(0),
    updatedAt: new Date(0),
  };
}

export async function remove(id: string): Promise<'removed' | 'locked' | 'missing'> {
  return id === 'none' ? 'missing' : id === 'locked' ? 'locked' : 'removed';
}
`;

/**
 * Writes the routes of {@link gatiApp} for Nitro, which does not analyse them: same paths, same amount
 * of code.
 */
export function nitroApp(dir, count) {
  write(
    dir,
    'package.json',
    JSON.stringify(
      { name: path.basename(dir), version: '1.0.0', private: true, type: 'module' },
      null,
      2,
    ),
  );
  write(
    dir,
    'vite.config.ts',
    "import { nitro } from 'nitro/vite';\n\nexport default { plugins: [nitro()], logLevel: 'warn' };\n",
  );
  write(
    dir,
    'nitro.config.ts',
    "import { defineNitroConfig } from 'nitro/config';\n\nexport default defineNitroConfig({ srcDir: 'server' });\n",
  );
  write(dir, 'server/lib/store.ts', STORE.replace("'../lib/types'", "'./types'"));
  write(dir, 'server/lib/types.ts', SHARED_TYPES);
  for (let i = 0; i < count; i++) write(dir, nitroProbe(i).file, nitroHandler(i));
}

export const nitroProbe = (index) => ({
  file: `server/routes/domain${Math.floor(index / PER_DOMAIN)}/item${index}/[id].get.ts`,
  url: `/domain${Math.floor(index / PER_DOMAIN)}/item${index}/42`,
});

export const nitroHandler = (
  i,
  stamp = 'v0',
) => `import { defineHandler, HTTPError } from 'nitro/h3';
import { find } from '../../../lib/store';

export default defineHandler(async (event) => {
  const account = await find(event.context.params!.id!);
  if (!account) throw new HTTPError({ status: 404, message: 'item${i} not found' });
  if (account.state === 'closed') {
    event.res.status = 410;
    return { error: 'Gone', since: account.updatedAt };
  }
  return { stamp: '${stamp}', account, limit: Number(event.url.searchParams.get('limit') ?? 20) };
});
`;
