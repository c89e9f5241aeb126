/**
 * All codes of Gati, each with the first sentence of its page in `docs/errors/`. To add a code, add
 * a line here and a page there; `npm run errors` writes the index of the pages.
 *
 * Import this table as a type only ({@link GatiCode}): the sentences are for the index and would
 * add 10 kB to a server.
 */
export const GATI_CODES = {
  GATI_ACTIVATE_WAIT: '`--wait` ended before every running server ran the release.',
  GATI_BAD_ENV:
    "An environment variable of the server is missing or has a value that the server can't use.",
  GATI_BODY_SOMETIMES:
    'With one status, a handler sends a body on some paths and no body on others.',
  GATI_BREAKING_CHANGE:
    '`gati build --check` found a change that can break clients of the last release.',
  GATI_BUILD_FAILED: "The bundler can't build the client or the server.",
  GATI_CACHE:
    'The folder in which releases are unpacked belongs to another user, or other users can write into it.',
  GATI_CALL_FAILED: 'A client call with `throwOnError` got an error response, or no response.',
  GATI_CLIENT_BASE_URL: 'The typed client does not know which server to call.',
  GATI_CLIENT_CLOSED: 'A WebSocket of the typed client did not open, or it closed with an error.',
  GATI_CLIENT_PARAM:
    "A parameter or a header of a client call has a value that a request can't contain.",
  GATI_CLIENT_SOCKET:
    "The typed client can't open a WebSocket route because there is no global `WebSocket`.",
  GATI_CONFIG_INVALID: 'The environment does not match the schema in `src/config.ts`.',
  GATI_CONTENT_TYPES: 'A handler sends two kinds of content with one status.',
  GATI_CREATE_INSTALL: 'The new app is written, but its packages could not be installed.',
  GATI_CREATE_NAME: "The name given to `create-gati` can't be turned into an npm package name.",
  GATI_CREATE_NOT_EMPTY: 'The folder for the new app already has files.',
  GATI_CREATE_TEMPLATE: '`create-gati` has no template of this name.',
  GATI_CREATE_USAGE: '`create-gati` was called with arguments that it does not know.',
  GATI_DATABASE:
    "The database behind `gctx.db` can't be opened, or it was used in a way that can't work.",
  GATI_DEPLOY_BUILD: "`gati-deploy` found no build, or the build can't run in the image.",
  GATI_DEPLOY_BUSY: 'Another deploy of the same app and environment runs.',
  GATI_DEPLOY_CLOUD: 'A cloud rejects the credentials or a request of a deploy.',
  GATI_DEPLOY_CLUSTER: "The cluster can't be reached, or it rejects a request of a deploy.",
  GATI_DEPLOY_CONFIG:
    "`gati.deploy.yaml` is missing, can't be parsed, or has a setting that does not exist.",
  GATI_DEPLOY_CONFLICT: 'A deploy would undo a change that another tool or a person made.',
  GATI_DEPLOY_CONTRACT: 'The new release breaks promises of the release that is live.',
  GATI_DEPLOY_LOCAL: "Docker can't run the app on this machine.",
  GATI_DEPLOY_PLAN:
    "A plan can't be applied, since the cluster is not as it was when the plan was made.",
  GATI_DEPLOY_REGISTRY: "The image can't be read from a registry or pushed to it.",
  GATI_DEPLOY_ROLLOUT: 'The new release did not come into service, and the old one serves.',
  GATI_DOC_RULE: 'A rule in a doc comment, such as `@minLength`, has no effect.',
  GATI_EFFECTS: "`GATI_EFFECTS` names a queue that the server can't use.",
  GATI_EFFECTS_AWAY: 'The server that keeps the queue rejects the connection or does not respond.',
  GATI_EFFECTS_KEYS: 'The queue stores no idempotency keys, and a job or a schedule needs one.',
  GATI_EFFECTS_LOOK:
    "The queue can't run this `gati effects` command, since its service has no such call.",
  GATI_EFFECTS_MEMORY: 'Queued effects are in memory and are lost when their process ends.',
  GATI_EFFECTS_OPEN: "The SQLite file of the queue can't be opened.",
  GATI_EFFECTS_PACKAGE: 'The app lacks the SDK package that its cloud queue or key store needs.',
  GATI_EFFECTS_QUEUE:
    "A cloud queue does not exist and can't be created, or the credentials do not allow using it.",
  GATI_EFFECTS_STATE:
    "The store for idempotency keys that `GATI_EFFECTS` names with `state` can't be used.",
  GATI_EFFECTS_STORE: "The SQLite file of the queue can't store a change.",
  GATI_EFFECTS_TX: '`enqueue` got a `tx` that is not a transaction of the database with the queue.',
  GATI_EFFECT_CLOSED:
    'A job was enqueued after the queue had closed, because the process is ending.',
  GATI_EFFECT_DAMAGED: 'A job in the queue is not as it was enqueued.',
  GATI_EFFECT_JOB: '`gati effects show` got the id of a job that the queue does not have.',
  GATI_EFFECT_OPTION: "An option of `enqueue` has a value that can't be used.",
  GATI_EFFECT_PAYLOAD:
    "A payload does not match the effect's `run` or its schema, or it is too large for the queue.",
  GATI_EFFECT_RELEASE:
    "A job belongs to a release that is no longer served, and the current release can't run it.",
  GATI_EFFECT_RUN_MISSING:
    'A file in `src/effects` does not export `run`, the function that does the work.',
  GATI_EFFECT_SCHEDULE: "The `schedule` or `timezone` of an effect can't be used.",
  GATI_EFFECT_SETTING:
    "A setting that an effect exports (`retry`, `concurrency`, `rateLimit` or `timeout`) can't be used.",
  GATI_EFFECT_STEP:
    "A step of an effect can't be stored, since its name is used twice or its result is too long.",
  GATI_EFFECT_TIMEOUT:
    'A run of an effect took longer than its `timeout`, which is 5 minutes by default.',
  GATI_EFFECT_UNKNOWN: '`gctx.effects.enqueue()` got a name that no effect has.',
  GATI_ERROR_UNKNOWN: 'The telemetry store has no error with the requested id.',
  GATI_EXPORT_MISSPELT:
    'An export of a handler, a guard, a middleware or an effect is close to a name that has a meaning.',
  GATI_GUARD_MISSING: 'A `_guard.ts` does not export `guard`.',
  GATI_GUARD_RESULT: "A guard returned a value that can't be added to `lctx`.",
  GATI_GUARD_UNTYPED: 'The declared type of a guard hides from handlers what it returns.',
  GATI_HANDLER_MISSING:
    'A file in `src/handlers` does not export the handler that its route needs.',
  GATI_HANDLER_ROUTE:
    'The type of a handler or a guard names a route or folder that is not that of the file.',
  GATI_HANDLER_UNREADABLE: "TypeScript can't read a handler file that the scan found.",
  GATI_HEADER_CASE: 'A handler declares or reads a request header that is not in lower case.',
  GATI_LISTEN: "The server can't listen on its address.",
  GATI_LOAD:
    'A handler, or a module that it imports, threw an error while it was loaded in development.',
  GATI_MANIFEST_FORMAT:
    "The manifest was written by a newer version of Gati, in a format that this version can't read.",
  GATI_MANIFEST_INVALID:
    'A manifest (`gati.manifest.json`) is not valid JSON or does not have the shape of a manifest.',
  GATI_MIDDLEWARE_MISSING: 'A `_middleware.ts` does not export `middleware`.',
  GATI_MIGRATE: "A migration of the database can't be applied.",
  GATI_MIGRATE_HISTORY:
    'The files of `src/migrations` do not match the migrations in the database.',
  GATI_MIGRATE_PENDING: 'The database does not have all migrations of the release.',
  GATI_MIGRATION_INVALID: 'A file in `src/versions` is not a migration.',
  GATI_MODULE_ANSWER:
    "A module's response is not valid, too large, or does not match its contract.",
  GATI_MODULE_CONTRACT:
    "A module's contract is not compatible with what a release that uses it was built for.",
  GATI_MODULE_CYCLE:
    'Modules wait for each other while they are set up, so none of them can be first.',
  GATI_MODULE_DESCRIPTOR: "The descriptor of a module is missing or can't be used.",
  GATI_MODULE_FAILED: 'A module ended or broke the connection while it handled a call.',
  GATI_MODULE_LOCK: '`gati.modules.lock` does not match the modules of the app.',
  GATI_MODULE_REFUSED: 'A package of the marketplace breaks a rule, so it is not used.',
  GATI_MODULE_REGISTRY: "The npm registry, npm or the keys of Sigstore can't be used.",
  GATI_MODULE_SETUP: '`setup()` of a module failed.',
  GATI_MODULE_SOURCE: "The source or a setting of a foreign module can't be used.",
  GATI_MODULE_START: "The process of a module can't be started.",
  GATI_MODULE_TIMEOUT: 'A module did not respond before the deadline of the call.',
  GATI_MODULE_UNAVAILABLE: "A module can't be called: it does not run, or too many calls failed.",
  GATI_NAME_CONFLICT: 'Two routes, modules or effects of the app have the same name.',
  GATI_NAME_INVALID:
    'A route, module or effect has a name with characters that are not allowed, or a reserved name.',
  GATI_NO_HANDLERS: 'The folder has no `src/handlers`, no `src/effects` and no `src/modules`.',
  GATI_NO_RELEASE_STORE:
    'A build machine (`CI` is set) has no release store to compare the build with.',
  GATI_NO_ROLLBACK: '`gati rollback` found no earlier release that it could make current again.',
  GATI_NO_TYPESCRIPT: 'Gati found no TypeScript compiler that can analyse the handlers.',
  GATI_OPERATE: 'The processes of a server, or the pods of an app, could not be changed.',
  GATI_OPTION_INVALID: "An option of `gati()` in `vite.config.ts` has a value that can't be used.",
  GATI_OUT_DIR: 'The output folder of the build overlaps with the sources of the app.',
  GATI_PANEL_UNREADABLE: "A command can't read the panel of a running server.",
  GATI_PATTERN_SLOW: "The time to match a pattern of a route's input grows faster than the input.",
  GATI_PORT_TAKEN: "Another process listens on the server's port.",
  GATI_PREVIEW: "`vite preview` can't start the built server.",
  GATI_PUBLISH_LOST:
    'A message that a WebSocket peer published did not reach the peers of other workers.',
  GATI_RELEASES: "The release store that `GATI_RELEASES` or `--store` names can't be opened.",
  GATI_RELEASE_ABI: "A release was built by a version of Gati whose bundles this server can't run.",
  GATI_RELEASE_CONFLICT: 'The release store already has another build under this version.',
  GATI_RELEASE_DAMAGED: 'A file of a release is missing or differs from what was stored or built.',
  GATI_RELEASE_LOAD: "A release that a client requested can't be loaded.",
  GATI_RELEASE_NOT_BUILT: '`gati release` found no build to put into the store.',
  GATI_RELEASE_PROOF:
    'A release was activated, but it failed on this server and gets no requests here.',
  GATI_RELEASE_PRUNED:
    'The files of this release were removed from the store by `gati releases prune`.',
  GATI_RELEASE_QUARANTINED:
    'Servers took the release back after its activation, because it failed on all of them.',
  GATI_RELEASE_STATUS: 'The status of the release does not allow this command.',
  GATI_RELEASE_UNKNOWN: 'The release store has no release of this version.',
  GATI_RELEASE_WARMUP: "A release was activated, but this server can't start it.",
  GATI_REQUEST_MISFIT:
    'A handler declares input that no HTTP request can contain, so every request would get 400.',
  GATI_RESPONSE_MISMATCH: 'The responses of a handler differ from its declared responses.',
  GATI_RESPONSE_UNKNOWN: "The analysis can't follow how a handler makes its response.",
  GATI_ROLL: 'A rolling replacement of the workers stopped because a new worker could not start.',
  GATI_ROUTE_CONFLICT: 'Two handlers match the same requests.',
  GATI_ROUTE_INVALID: 'A `route` export or the path of a handler file does not form a valid route.',
  GATI_ROUTE_NOT_CONSTANT:
    'A `route`, `name`, `version`, `effect`, `accept`, `allowCrossSite` or `security` export is not constant.',
  GATI_ROUTE_RESERVED: 'A route has a path below `/_control`, which the panel has.',
  GATI_ROUTE_SETTING:
    "A setting that a handler exports (`accept` or `allowCrossSite`) can't be used.",
  GATI_ROUTE_SHADOWED: 'A `GET` or `HEAD` route has the path of a probe of the built server.',
  GATI_SCHEMA_KEYWORD: 'A keyword of a schema has no form in the contract.',
  GATI_SCHEMA_REF:
    'A schema refers to a definition that does not exist, or that only refers to itself.',
  GATI_SCHEMA_TYPES_ONLY:
    'Gati could read only the type of a schema, so bounds, patterns and defaults are not in the contract.',
  GATI_SCHEMA_UNKNOWN:
    'A handler exports `body`, `query`, `params` or `headers` that is not a Standard Schema.',
  GATI_SECURITY: "A `security` that a guard or a handler exports can't be used.",
  GATI_SERVER_FILE: "Server code points to a file that the build can't bundle.",
  GATI_START_TIMEOUT: 'A worker process took too long to start.',
  GATI_STATUS_INVALID: "A handler uses a status that it can't respond with.",
  GATI_STATUS_UNKNOWN: "The analysis can't tell which status a response has.",
  GATI_STORAGE: "An item of `gctx.storage` can't be read or written.",
  GATI_STORE_BUSY:
    'Other processes kept changing the release store while this command tried to change it.',
  GATI_STORE_DAMAGED:
    "The file that says which releases of a store are active, `head.json`, can't be read.",
  GATI_STORE_LOST:
    'The release store that `GATI_RELEASES` names does not respond to a running server.',
  GATI_SYNTAX: "A file of the app can't be parsed.",
  GATI_SYNTAX_UNSUPPORTED:
    "Server code has syntax that Node can't run and that a build does not lower.",
  GATI_TEST_RELEASE: '`testApp()` found no app to test.',
  GATI_TRACE_UNKNOWN: 'The telemetry store has no trace with the requested id.',
  GATI_TRAP: "A trap can't be armed.",
  GATI_TYPE_ANY: 'A response body contains `any`, so the contract has `unknown` for that part.',
  GATI_TYPE_GENERIC:
    'A type parameter has no concrete type where a body is made, so that part of the contract is unknown.',
  GATI_TYPE_NOT_JSON: 'A part of a type has no form in JSON and is left out.',
  GATI_TYPE_TOO_DEEP:
    'A generic type grows with each level, so the part below 40 levels is `unknown`.',
  GATI_TYPE_UNRESOLVED: "A type can't be resolved, so the contract accepts anything in its place.",
  GATI_UNCAUGHT: 'Code threw an error outside a request, and nothing catches it.',
  GATI_UNEXPECTED: 'An error without a code stopped the command.',
  GATI_USAGE: 'The command line was used wrongly.',
  GATI_WORKER_BLOCKED: 'A worker process did not respond, so the server replaced it.',
  GATI_WORKER_CRASHED: 'A worker process ended while it served, so the server replaced it.',
  GATI_WORKER_START: 'A worker process ended before it was ready and could not say why.',
} as const;

/** Code of an error or a warning of Gati. */
export type GatiCode = keyof typeof GATI_CODES;
