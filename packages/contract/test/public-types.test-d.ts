// Compiled by `npm run types`. No test runs this file.
import { expectTypeOf } from 'vitest';
import {
  type Bump,
  type Change,
  type Contract,
  type Diagnostic,
  type Diff,
  type DiffPolicy,
  diffContracts,
  type GatiCode,
  GatiError,
  isGatiError,
  type Manifest,
  type ReleaseInfo,
  type Resolution,
  type ResponseContract,
  type RouteContract,
  type Schema,
} from '../src/index.ts';

// Contract: plain data.
export const contract: Contract = {
  routes: [
    {
      id: 'POST /users/:id',
      method: 'POST',
      path: '/users/:id',
      domain: 'users',
      name: ['users', 'byId'],
      file: 'src/handlers/users/[id].post.ts',
      params: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      body: {
        contentTypes: ['application/json'],
        required: true,
        schema: { $ref: '#/$defs/User' },
      },
      responses: { 201: { schema: {}, contentType: 'application/json' }, 204: {} },
    },
  ],
  effects: [{ name: 'mail', file: 'src/effects/mail.ts', payload: { type: 'string' } }],
  modules: [],
  $defs: { User: { type: 'object', properties: { born: { 'x-gati-codec': 'date' } } } },
};
expectTypeOf<RouteContract['responses']>().toEqualTypeOf<Record<string, ResponseContract>>();
expectTypeOf<Manifest['contract']>().toEqualTypeOf<Contract>();
// @ts-expect-error -- not a method
export const method: RouteContract['method'] = 'TRACE';
// @ts-expect-error -- not a type of JSON
export const schema: Schema = { type: 'date' };
// @ts-expect-error -- not a codec
export const codec: Schema = { 'x-gati-codec': 'uuid' };

// Diff.
export const diff: Diff = diffContracts(contract, contract, { strictness: 'wire' });
expectTypeOf(diff.bump).toEqualTypeOf<Bump>();
expectTypeOf<Bump>().toEqualTypeOf<'none' | 'patch' | 'minor' | 'major'>();
expectTypeOf(diff.changes).toEqualTypeOf<Change[]>();
// @ts-expect-error -- there is no such option
export const policy: DiffPolicy = { open: true };

// Resolution: `status` narrows it.
interface Release extends ReleaseInfo {
  note: string;
}
export function resolves(resolution: Resolution<Release>): string {
  switch (resolution.status) {
    case 200:
      return resolution.release.note;
    case 300:
      expectTypeOf(resolution.options).toEqualTypeOf<Release[]>();
      return '';
    case 400:
      expectTypeOf(resolution.reason).toEqualTypeOf<'malformed' | 'duplicate' | 'future'>();
      // @ts-expect-error -- a malformed version has no options
      return resolution.options;
    case 406:
      // @ts-expect-error -- an unknown version has no release
      return resolution.release;
    case 410:
      return resolution.message + resolution.release.note;
  }
}
expectTypeOf<Resolution['status']>().toEqualTypeOf<200 | 300 | 400 | 406 | 410>();

// Errors: codes are known, and an error is matched by its code.
export const error = new GatiError({ code: 'GATI_BAD_ENV', message: 'a', fix: 'b' });
expectTypeOf(error.diagnostic).toEqualTypeOf<Diagnostic>();
expectTypeOf(error.code).toEqualTypeOf<Diagnostic['code']>();
expectTypeOf<Diagnostic['code']>().toEqualTypeOf<GatiCode | `TS${number}`>();
// @ts-expect-error -- a misspelt code
void new GatiError({ code: 'GATI_BADENV', message: 'a', fix: 'b' });
// @ts-expect-error -- an error names a fix
void new GatiError({ code: 'GATI_BAD_ENV', message: 'a' });

export function matches(thrown: unknown): GatiCode | undefined {
  // @ts-expect-error -- not known yet
  void thrown.code;
  if (isGatiError(thrown, 'GATI_MODULE_')) {
    expectTypeOf(thrown).toEqualTypeOf<Error & { code: GatiCode }>();
    return thrown.code;
  }
  expectTypeOf(thrown).toEqualTypeOf<unknown>();
  return undefined;
}
