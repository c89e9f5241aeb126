/**
 * Entry `@gati/contract/data`: parsing of plain data from outside within bounds. Internal: for the
 * packages of Gati; changes in any release.
 */
export {
  boolean,
  type Check,
  innerPath,
  isObject,
  listOf,
  mapOf,
  matching,
  number,
  object,
  oneOf,
  parsedBy,
  safeName,
  string,
  wholeNumber,
} from './data/checks.ts';
export { type Parsed, parseDocument } from './data/parse-document.ts';
