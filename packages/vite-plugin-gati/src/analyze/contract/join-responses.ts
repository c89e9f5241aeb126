import { canonicalJson, canonicalSchema, type ResponseContract, type Schema } from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';
import { headersSchema, joinHeaders, type SetHeaders } from '../interpret/state/headers.ts';
import type { DiagnosticCollector } from './diagnostics.ts';

/** A response that a handler can send. */
export interface InferredResponse {
  /** `undefined` if unknown. */
  status: number | undefined;
  schema: Schema | undefined;
  contentType: string | undefined;
  stream?: boolean;
  emptyList?: boolean;
  headers: SetHeaders;
  node: Node;
}

export interface InferredResponses {
  responses: Record<string, ResponseContract>;
  /** For each status, one of the places that send it. */
  places: Map<string, Node>;
}

/** Joins the responses of each status: the contract has one per status. */
export function joinResponses(
  responses: readonly InferredResponse[],
  diagnostics: DiagnosticCollector,
): InferredResponses {
  const byStatus = new Map<string, InferredResponse[]>();
  for (const each of responses) {
    const key = each.status === undefined ? 'default' : String(each.status);
    byStatus.set(key, [...(byStatus.get(key) ?? []), each]);
  }
  const keys = [...byStatus.keys()].sort(
    (a, b) => Number(a === 'default') - Number(b === 'default') || Number(a) - Number(b),
  );
  return {
    responses: Object.fromEntries(
      keys.map((key) => [key, joinStatus(key, byStatus.get(key)!, diagnostics)]),
    ),
    places: new Map(keys.map((key) => [key, byStatus.get(key)![0]!.node])),
  };
}

function joinStatus(
  key: string,
  responses: readonly InferredResponse[],
  diagnostics: DiagnosticCollector,
): ResponseContract {
  const full = responses.filter(({ contentType }) => contentType !== undefined);
  const headers = headersSchema(responses.map((each) => each.headers).reduce(joinHeaders));
  const [first] = full;
  if (!first) return { ...(headers && { headers }) };
  if (full.length < responses.length) {
    diagnostics.add(
      'GATI_BODY_SOMETIMES',
      `With status ${key} there is a body on one path and none on another.`,
      'Send a body on each path, or respond with 204 where there is none.',
      responses.find(({ contentType }) => contentType === undefined)!.node,
    );
  }
  const types = [...new Set(full.map(({ contentType }) => contentType!))].sort();
  const json = types.every((type) => /[/+]json$/.test(type));
  const contentType =
    types.length === 1 ? types[0]! : json ? 'application/json' : first.contentType!;
  if (types.length > 1) {
    diagnostics.add(
      'GATI_CONTENT_TYPES',
      `Status ${key} is sent as ${types.join(' and as ')}; the contract names ${contentType}.`,
      'Use one content type per status.',
      first.node,
    );
  }
  const isList = ({ schema }: InferredResponse): boolean =>
    schema?.type === 'array' && !schema.prefixItems;
  const lists = full.some((each) => isList(each) && !each.emptyList);
  const informative = full.filter(({ emptyList }) => !(emptyList && lists));
  const schemas = new Map(
    informative.map(({ schema }) => [canonicalJson(schema ?? {}), schema ?? {}]),
  );
  const mixed = types.length > 1 && !json;
  return {
    schema: mixed ? {} : canonicalSchema({ anyOf: [...schemas.values()] }),
    contentType,
    ...(full.some(({ stream }) => stream) ? { stream: true } : {}),
    ...(headers && { headers }),
  };
}
