import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A type of Google's discovery documents. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  enum?: string[];
  enumDeprecated?: boolean[];
  pattern?: string;
  minimum?: string;
  maximum?: string;
  readOnly?: boolean;
  deprecated?: boolean;
  required?: boolean;
  repeated?: boolean;
  location?: 'path' | 'query';
  annotations?: { required?: string[] };
}

/** A method of an API. */
export interface Method {
  /** `container.projects.locations.clusters.create` */
  id: string;
  verb: string;
  parameters: Record<string, Schema>;
  request?: string;
  response?: string;
  /** Paths that lead to the method, with a group for each parameter. */
  patterns: RegExp[];
}

/** An API by its discovery document. */
export interface Api {
  name: string;
  /** Date of the description: `20261027`. */
  revision: string;
  schemas: Record<string, Schema>;
  /** Parameters of all methods. */
  parameters: Record<string, Schema>;
  methods: Method[];
}

interface RawMethod {
  id: string;
  httpMethod: string;
  path: string;
  flatPath?: string;
  parameters?: Record<string, Schema>;
  request?: { $ref: string };
  response?: { $ref: string };
  mediaUpload?: { protocols: { simple: { path: string } } };
}

interface RawResource {
  methods?: Record<string, RawMethod>;
  resources?: Record<string, RawResource>;
}

interface Document extends RawResource {
  name: string;
  revision: string;
  servicePath: string;
  schemas: Record<string, Schema>;
  parameters: Record<string, Schema>;
}

/** Reads the description of an API, such as `container.v1`. */
export function loadApi(folder: string, name: string): Api {
  const document = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Document;
  const { revision, schemas, parameters, servicePath } = document;
  const methods = listMethods(document).map((raw) => toMethod(raw, servicePath));
  return { name: document.name, revision, schemas, parameters, methods };
}

const listMethods = ({ methods = {}, resources = {} }: RawResource): RawMethod[] => [
  ...Object.values(methods),
  ...Object.values(resources).flatMap(listMethods),
];

function toMethod(raw: RawMethod, servicePath: string): Method {
  const { id, httpMethod, parameters = {}, request, response, mediaUpload } = raw;
  const paths = [`/${servicePath}${raw.path}`];
  if (mediaUpload) paths.push(mediaUpload.protocols.simple.path);
  return {
    id,
    verb: httpMethod,
    parameters,
    request: request?.$ref,
    response: response?.$ref,
    patterns: paths.map((each) => toPattern(each, parameters)),
  };
}

/** Converts `v1/{+parent}/clusters`. A parameter with `+` has slashes, as its own pattern says. */
function toPattern(template: string, parameters: Record<string, Schema>): RegExp {
  const parts = template.split(/(\{\+?\w+\})/).map((part) => {
    const [, plus, name] = /^\{(\+?)(\w+)\}$/.exec(part) ?? [];
    if (name === undefined) return part.replaceAll(/[.*?^$()|[\]\\+]/g, String.raw`\$&`);
    const own = parameters[name]?.pattern?.replaceAll(/^\^|\$$/g, '');
    return `(?<${name}>${plus && own ? own : '[^/:]+'})`;
  });
  return new RegExp(`^${parts.join('')}$`);
}

/**
 * Returns the method that a request calls, and the parameters of its path. Of several methods, it is
 * the one whose path has the most literal text, such as `:getIamPolicy`.
 */
export function findMethod(
  { methods }: Api,
  verb: string,
  pathname: string,
): { method: Method; values: Record<string, string> } | undefined {
  const found = methods
    .filter((method) => method.verb === verb)
    .flatMap((method) => method.patterns.map((pattern) => ({ method, pattern })))
    .filter(({ pattern }) => pattern.test(pathname))
    .sort((a, b) => literalLength(b.pattern) - literalLength(a.pattern))[0];
  if (!found) return undefined;
  const { groups = {} } = found.pattern.exec(pathname)!;
  const values = Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]);
  return { method: found.method, values: Object.fromEntries(values) as Record<string, string> };
}

const literalLength = ({ source }: RegExp): number =>
  source.replaceAll(/\(\?<\w+>.*?\)/g, '').length;
