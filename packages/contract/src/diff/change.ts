import type { Level } from './levels.ts';
import type { RuleId } from './rules.ts';

/** One difference between two contracts. */
export interface Change {
  /** Id of the route (`POST /payments/:id/capture`), `effect <name>`, or `*` for the whole app. */
  route: string;
  /**
   * Place in the route, as JSON Pointer segments without a leading `/`: `request/body/amount`,
   * `response/409/body/error`, `receive/text`. Empty for the route itself. `*` is each item or
   * undeclared field, `(kind=card)` one member of a union.
   */
  path: string;
  rule: RuleId;
  level: Level;
  /** One sentence for people. */
  message: string;
}

/** Options that decide which changes count as breaking. */
export interface DiffPolicy {
  /**
   * `true`: clients expect unknown values in the enums of responses, so a new value is minor.
   * Default `false`.
   */
  openEnums?: boolean;
  /**
   * `client` (default): a change that breaks code written with the generated client is breaking.
   * `wire`: only a change to the bytes on the wire is breaking. Method names in the client, names
   * of path parameters, and codecs (`Date` or an RFC 3339 string) may then change.
   */
  strictness?: 'client' | 'wire';
}
