/** Why a request was rejected: response of the read API. */

export interface Explanation {
  status: number;
  method: string;
  path: string;
  /** Code of the error response, if a log line has it. */
  code?: string;
  /** One sentence. */
  reason: string;
  /** Rules of the contract that the request broke. Empty if none is known. */
  violations: Violation[];
  /** Shape that the route accepts. */
  expected: { part: string; type: string; example?: unknown }[];
  /** Parts to check and steps to take. */
  hints: string[];
  /** Releases that take such a request, or whose contract of the part differs. */
  releases: { version: string; why: string }[];
  /** Arguments of `curl` for a request that the contract accepts. Absent if there is no such route. */
  curl?: { method: string; path: string; headers: Record<string, string>; body?: unknown };
}

export interface Violation {
  in: string;
  /** JSON Pointer into that part; empty for the part itself. */
  pointer: string;
  message: string;
  /** Keyword of the schema. */
  rule: string;
}
