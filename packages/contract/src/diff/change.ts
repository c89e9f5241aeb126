import type { Level } from './levels.ts';
import type { RuleId } from './rules.ts';

export interface Change {
  /** The route's id (`POST /payments/:id/capture`), `effect <name>`, or `*` for the whole app. */
  route: string;
  /**
   * The place, as JSON Pointer segments without a leading `/`: `request/body/amount`, `response/409/body/error`, `receive/text`. Empty for the
   * route itself. `*` is every item or undeclared field, `(kind=card)` an alternative of a union.
   */
  path: string;
  rule: RuleId;
  level: Level;
  /** A sentence for people. */
  message: string;
}

export interface DiffPolicy {
  /** Clients are told to expect unknown values in the enums of answers, so a new one is minor. Default `false`. */
  openEnums?: boolean;
  /**
   * `client` (default): what breaks code written against the generated client is a break. `wire`: only what breaks the bytes that travel; names in the
   * client, names of path parameters and codecs (`Date` or a string in RFC 3339) may change.
   */
  strictness?: 'client' | 'wire';
}
