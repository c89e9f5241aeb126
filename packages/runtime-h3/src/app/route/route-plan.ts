import type { Defs } from '@gati/contract';
import { isJsonMediaType } from '@gati/contract/internal';
import type {
  BodyCheck,
  InputCheck,
  LoadedRoute,
  OutputCheck,
  ReleaseBundle,
} from '../../types/bundle.ts';
import type { HeaderList, SharedHeaders } from '../../types/exchange.ts';
import {
  type CoerceRecord,
  compileCoerceRecord,
  type StringSource,
} from '../../validate/coerce.ts';
import { compileDecode, compileLenientDecode, type Decode } from '../../validate/decode.ts';
import { isStandardSchema } from '../../validate/standard-schema.ts';
import type { StandardSchema } from '../../types/standard-schema.ts';
import { type BodyKinds, bodyKindsOf } from './body-kind.ts';

/**
 * Compiled coercion, check and decoder for one part of a request: params, query, headers, body or a
 * WebSocket message.
 */
export interface InputPlan {
  input: InputCheck;
  coerce: CoerceRecord | undefined;
  /** With a validator, it runs before the validator, on unchecked values. */
  decode: Decode | undefined;
  /** Schema value of the route. It validates the values that `input.check` does not accept. */
  validator: StandardSchema | undefined;
}

export interface BodyPlan extends InputPlan {
  input: BodyCheck;
  kinds: BodyKinds;
}

export interface OutputPlan {
  check: OutputCheck;
  /** Headers of a JSON response: its content type and the release headers. */
  headers: SharedHeaders;
}

/** Release that a plan is made for. */
export interface PlanRelease {
  readonly bundle: ReleaseBundle;
  headers: HeaderList;
}

/** Loaded route with all compiled parts that its requests need. */
export class RoutePlan {
  /** The route as it was loaded. */
  readonly loaded: LoadedRoute;
  /** The route that runs: `loaded`, or the same with spans. */
  readonly route: LoadedRoute;
  readonly params: InputPlan | undefined;
  readonly query: InputPlan | undefined;
  readonly headers: InputPlan | undefined;
  readonly receive: InputPlan | undefined;
  readonly body: BodyPlan | undefined;
  readonly #release: PlanRelease;
  /** Release headers that the entries of `#outputs` contain. */
  #releaseHeaders: HeaderList;
  /** Output plans by status. */
  #outputs: (OutputPlan | undefined)[] = [];

  constructor(loaded: LoadedRoute, release: PlanRelease, route: LoadedRoute = loaded) {
    const { $defs } = release.bundle.contract;
    const { params, query, headers, body, receive } = route.input;
    this.loaded = loaded;
    this.route = route;
    this.params = params && planInput(params, $defs, 'params');
    this.query = query && planInput(query, $defs, 'query');
    this.headers = headers && planInput(headers, $defs, 'headers');
    this.receive = receive && planInput(receive, $defs, undefined);
    const kinds = bodyKindsOf(body?.contentTypes ?? []);
    const isForm = kinds.has('urlencoded') || kinds.has('multipart');
    this.body = body && {
      ...planInput(body, $defs, isForm ? 'form' : undefined),
      input: body,
      kinds,
    };
    this.#release = release;
    this.#releaseHeaders = release.headers;
  }

  output(status: number): OutputPlan {
    if (this.#releaseHeaders !== this.#release.headers) {
      this.#releaseHeaders = this.#release.headers;
      this.#outputs = [];
    }
    let output = this.#outputs[status];
    if (output === undefined) {
      const check = this.route.output[status] ?? this.route.output['default'] ?? {};
      const type =
        check.contentType !== undefined && isJsonMediaType(check.contentType)
          ? check.contentType
          : 'application/json';
      const list = ['content-type', type, ...this.#releaseHeaders];
      output = { check, headers: { list, head: undefined, until: 0 } };
      this.#outputs[status] = output;
    }
    return output;
  }
}

/** `source`: where the strings of the part come from. `undefined`: it comes as JSON. */
function planInput(input: InputCheck, $defs: Defs, source: StringSource | undefined): InputPlan {
  const coerce =
    source === undefined ? undefined : compileCoerceRecord(input.schema, $defs, source);
  if (isStandardSchema(input.validator)) {
    const decode = compileLenientDecode(input.schema, $defs);
    return { input, coerce, decode, validator: input.validator };
  }
  return { input, coerce, decode: compileDecode(input.schema, $defs), validator: undefined };
}
