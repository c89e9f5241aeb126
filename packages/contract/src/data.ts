/**
 * Entry `@gati/contract/data`: parsing of plain data from outside within bounds. Internal: for the
 * packages of Gati; changes in any release.
 */
export {
  any,
  boolean,
  type Check,
  checkDepth,
  innerPath,
  isObject,
  listOf,
  mapOf,
  matching,
  Mismatch,
  number,
  object,
  oneOf,
  parsedBy,
  safeName,
  string,
  wholeNumber,
} from './data/checks.ts';
export { type Parsed, parseDocument } from './data/parse-document.ts';
