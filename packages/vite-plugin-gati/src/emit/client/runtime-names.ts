/** Values that a generated client imports from the client's runtime. */
export const RUNTIME_VALUES: string[] = ['createCaller', 'createConnect', 'createTree'];

/** Values of the client's runtime that an SDK exports. */
export const PUBLIC_VALUES: string[] = ['CallError', 'ClientError', 'ConnectionError', 'onCall'];

/** Types of the client's runtime that an SDK exports. */
export const PUBLIC_TYPES: string[] = [
  'Call',
  'CallEvent',
  'CallInfo',
  'CallOptions',
  'ClientOptions',
  'Connection',
  'ConnectTo',
  'Credential',
  'EventStream',
  'Failure',
  'HeaderValues',
  'Interceptor',
  'NetworkError',
  'NetworkFailure',
  'OtherFailure',
  'OtherProblem',
  'OtherSuccess',
  'Outcome',
  'Problem',
  'ResponseHeaders',
  'RetryOptions',
  'Success',
];

/** All types of the client's runtime that the printed types may name, sorted. */
export const RUNTIME_TYPES: string[] = [
  ...PUBLIC_TYPES,
  'ConnectRequest',
  'Method',
  'OptionalMethod',
  'OptionalSocketMethod',
  'SocketMethod',
].sort();

const DECLARED = [
  'Client',
  'Credentials',
  'Routes',
  'Sockets',
  'PlainRoute',
  'PlainSocket',
  'QueryValues',
  'SocketOptions',
];

/** Globals that the printed types name. */
const GLOBALS = ['FormData', 'ReadableStream', 'Uint8Array', 'Promise'];

/** Names that no type of an app may have in a generated client. */
export const RESERVED_NAMES: readonly string[] = [
  ...RUNTIME_VALUES,
  ...PUBLIC_VALUES,
  ...RUNTIME_TYPES,
  ...DECLARED,
  ...GLOBALS,
];
