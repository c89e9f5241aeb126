import { READ, type Rule } from '../access/rule.ts';

/** Sending needs the role operator: it reaches the app from its own machine, past all proxies. */
const SEND: Rule = { role: 'operator', acts: true, stepUp: false };

/** The rules of the playground's addresses. */
export const PLAYGROUND_RULES: Readonly<Record<string, Rule>> = {
  'playground/read': { ...SEND, isSafe: true },
  'playground/send': SEND,
  'playground/connect': SEND,
  'playground/message': SEND,
  'playground/close': SEND,
};

/** The rule of each endpoint of the read API. The panel does not start with an endpoint that has none. */
export const RULES: Readonly<Record<string, Rule>> = {
  overview: READ,
  routes: READ,
  traces: READ,
  'traces/:id': READ,
  traps: READ,
  'traps/:id': READ,
  logs: READ,
  'logs/volume': READ,
  'logs/tail': READ,
  metrics: READ,
  errors: READ,
  effects: READ,
  'effects/jobs': READ,
  'effects/jobs/:id': READ,
  'effects/dead': READ,
  'effects/redrives': READ,
  releases: READ,
  'releases/:id': READ,
  'releases/diff': READ,
  'releases/reach': READ,
  'metrics/lens': READ,
  topology: READ,
  modules: READ,
  health: READ,
  'modules/contract': READ,
  config: READ,
  'config/diff': READ,
  scaling: READ,
  cluster: READ,
  'explain/:id': READ,
  'playground/route': READ,
  'playground/workspace': READ,
  ...PLAYGROUND_RULES,
};

/** @throws {TypeError} when a path has no rule */
export function ruleOf(path: string): Rule {
  const rule = Object.hasOwn(RULES, path) ? RULES[path] : undefined;
  if (!rule) throw new TypeError(`The endpoint ${path} has no rule in RULES.`);
  return rule;
}
