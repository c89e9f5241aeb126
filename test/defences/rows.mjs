// The defences of docs/internals/panel-attacks.md, each with an edit that removes it. A text in
// `edits` occurs exactly once in its file. `test/docs/panel-attacks.test.ts` checks that.

const ACCESS = 'packages/devtools/src/access';
const SERVER = 'packages/devtools/src/server';
const RUNTIME = 'packages/runtime-h3/src';
const LOG_IN = 'packages/devtools/test/access/log-in.test.ts';

/**
 * @typedef {object} Row
 * @property {string} advisory as in the titles of the tests
 * @property {string} test file with the test that must fail
 * @property {[file: string, text: string, replacement: string][]} edits
 */

/** @type {Row[]} */
export const ROWS = [
  {
    advisory: 'CVE-2026-71319',
    test: 'packages/devtools/test/server/actions.test.ts',
    edits: [
      [
        `${ACCESS}/authorize.ts`,
        "if (rule.role === 'public') return actor;",
        'if (rule.role) return actor;',
      ],
    ],
  },
  {
    advisory: 'CVE-2024-23657',
    test: 'packages/devtools/test/server/paths.test.ts',
    edits: [
      [`${SERVER}/respond.ts`, 'if (!PLAIN_PATH.test(`/${subpath}`)) throw', 'if (!subpath) throw'],
      [`${SERVER}/assets.ts`, '!names?.has(name) || type === undefined', 'type === undefined'],
    ],
  },
  {
    advisory: 'CVE-2026-39363',
    test: LOG_IN,
    edits: [
      [`${ACCESS}/authorize.ts`, '(rule.acts || req.headers.upgrade !== undefined)', 'rule.acts'],
    ],
  },
  {
    advisory: 'CVE-2026-27977',
    test: 'packages/devtools/test/server/access.test.ts',
    edits: [
      [`${ACCESS}/authorize.ts`, 'origin === undefined ?', "(origin ?? 'null') === 'null' ?"],
    ],
  },
  {
    advisory: 'CVE-2026-44985',
    test: 'packages/devtools/test/server/access.test.ts',
    edits: [
      [
        `${ACCESS}/loopback.ts`,
        'origin === `http://${host}`',
        "origin.startsWith(`http://${host?.split(':', 1)[0]}:`)",
      ],
    ],
  },
  {
    advisory: 'CVE-2025-24010',
    test: 'packages/devtools/test/server/access.test.ts',
    edits: [
      [`${ACCESS}/loopback.ts`, '!LOOPBACK_NAME.test(name) && !hosts.includes(name)', 'false'],
    ],
  },
  {
    advisory: 'CVE-2026-27148',
    test: 'packages/devtools/test/playground/server.test.ts',
    edits: [
      [
        `${SERVER}/playground/files/slug.ts`,
        'SLUG.test(name) && !RESERVED.test(name)',
        "name !== ''",
      ],
    ],
  },
  {
    advisory: 'GHSA-rq7w-g337-39qq',
    test: 'packages/runtime-h3/test/server/control/control-proxy.test.ts',
    edits: [
      [
        `${RUNTIME}/server/channel/control-proxy.ts`,
        '= [CLIENT_HEADER, IDENTIFIED_HEADER]',
        '= []',
      ],
      [
        `${RUNTIME}/server/channel/control-proxy.ts`,
        '        [CLIENT_HEADER]: JSON.stringify(client),',
        '        [CLIENT_HEADER]: req.headers[CLIENT_HEADER] ?? JSON.stringify(client),',
      ],
    ],
  },
  {
    advisory: 'CVE-2026-50160',
    test: LOG_IN,
    edits: [
      [
        'packages/devtools/src/http/check-input.ts',
        'additionalProperties: false',
        'additionalProperties: true',
      ],
    ],
  },
  {
    advisory: 'CVE-2018-19367',
    test: LOG_IN,
    edits: [
      [
        `${ACCESS}/server-gate.ts`,
        "mode: 'production',",
        "mode: 'production', isNew: store.people.list().length === 0,",
      ],
    ],
  },
  {
    advisory: 'CVE-2026-44883',
    test: LOG_IN,
    edits: [
      [
        `${ACCESS}/server-gate.ts`,
        'const address = clientAddress(req);',
        "const address = clientAddress(req); const given = /[?&]token=([^&]+)/.exec(req.url ?? '')?.[1]; if (given) req.headers.authorization = `Bearer ${given}`;",
      ],
    ],
  },
  {
    advisory: 'CVE-2026-24740',
    test: 'packages/devtools/test/playground/server.test.ts',
    edits: [
      [
        `${SERVER}/playground/playground.ts`,
        '!found || found.actor.id !== actor.id || found.actor.kind !== actor.kind',
        '!found',
      ],
    ],
  },
  {
    advisory: 'CVE-2026-134804',
    test: 'packages/runtime-h3/test/server/collector-peers.test.ts',
    edits: [
      [
        `${RUNTIME}/server/collector/peers/listen-for-peers.ts`,
        'identity === PEER_IDENTITY ? key : null',
        'identity ? key : null',
      ],
    ],
  },
  {
    advisory: 'CVE-2026-134320',
    test: 'packages/devtools/test/access/passkeys.test.ts',
    edits: [
      [`${ACCESS}/passkeys.ts`, 'requireUserVerification: true', 'requireUserVerification: false'],
      [`${ACCESS}/passkeys.ts`, ' || !result.authenticationInfo?.userVerified', ''],
      [
        `${ACCESS}/passkeys.ts`,
        ' || !result.registrationInfo?.userVerified',
        ' || !result.registrationInfo',
      ],
    ],
  },
  {
    advisory: 'GitLab 585333',
    test: 'packages/devtools/test/access/passkeys.test.ts',
    edits: [
      [
        `${ACCESS}/passkeys.ts`,
        'if (result.verified !== true || !result.authenticationInfo?.userVerified || !isOwner)',
        'if (!isOwner)',
      ],
    ],
  },
  {
    advisory: 'GHSA-2vgg-9h6w-m454',
    test: LOG_IN,
    edits: [
      [
        `${ACCESS}/store/attempts.ts`,
        'if (count < FREE) return;',
        "if (database.get<{ all: number }>('SELECT COUNT(*) AS \"all\" FROM attempt')!.all > 1000) database.run('DELETE FROM attempt'); if (count < FREE) return;",
      ],
    ],
  },
  {
    advisory: 'GHSA-c8xw-vjgf-94hr',
    test: LOG_IN,
    edits: [[`${ACCESS}/server-gate.ts`, 'if (!hasAccess(actor, store)) end();', '']],
  },
  {
    advisory: 'GHSA-9h6w-j7w4-jr52',
    test: LOG_IN,
    edits: [
      [
        `${ACCESS}/server-gate.ts`,
        'return token !== undefined && person !== undefined && roleOf(token, person) === role;',
        'return true;',
      ],
    ],
  },
  {
    advisory: 'CVE-2025-55190',
    test: 'packages/devtools/test/server/secrets.test.ts',
    edits: [
      [
        'packages/devtools/src/http/problem.ts',
        "new PanelError(500, 'internal', 'The panel could not read the telemetry.')",
        "new PanelError(500, 'internal', String(error))",
      ],
    ],
  },
  {
    advisory: 'CVE-2024-22424',
    test: 'packages/devtools/test/server/actions.test.ts',
    edits: [[`${ACCESS}/authorize.ts`, 'if (rule.acts) checkForm(req);', '']],
  },
  {
    advisory: 'CVE-2025-30208',
    test: 'packages/devtools/test/server/paths.test.ts',
    edits: [
      [
        `${SERVER}/panel.ts`,
        'path.slice(PANEL_PATH.length + 1)',
        'url.slice(PANEL_PATH.length + 1)',
      ],
    ],
  },
  {
    advisory: 'CVE-2026-42129',
    test: 'packages/runtime-h3/test/collector/sources/sources.test.ts',
    edits: [
      [
        `${RUNTIME}/collector/sources/query-text.ts`,
        "JSON.stringify(toWellFormed(value)).replaceAll('\\u007f', '\\\\u007f')",
        '`"${toWellFormed(value)}"`',
      ],
    ],
  },
  {
    advisory: 'CVE-2026-21722',
    test: 'packages/devtools/test/server/api.test.ts',
    edits: [[`${SERVER}/query.ts`, 'if (unknown.length > 0)', 'if (false)']],
  },
  {
    advisory: 'GHSA-3v9w-6365-9w54',
    test: 'packages/devtools/test/playground/server.test.ts',
    edits: [
      [`${SERVER}/playground/check-request.ts`, '!isPlain || hasDotSegment(pathname!)', '!isPlain'],
    ],
  },
  {
    advisory: 'GHSA-p2w3-6x73-2f6x',
    test: 'packages/runtime-h3/test/collector/export/exporter.test.ts',
    edits: [[`${RUNTIME}/collector/export/sender.ts`, "redirect: 'error'", "redirect: 'follow'"]],
  },
  {
    advisory: 'GHSA-534h-c3cw-v3h9',
    test: 'packages/runtime-h3/test/server/control/control-proxy.test.ts',
    edits: [
      [
        `${RUNTIME}/server/supervisor/telemetry-socket.ts`,
        "return mkdtempSync(join(parent, 'gati-telemetry-'));",
        "{ const open = mkdtempSync(join(parent, 'gati-telemetry-')); process.getBuiltinModule('node:fs').chmodSync(open, 0o755); return open; }",
      ],
    ],
  },
  {
    advisory: 'CVE-2026-34040',
    test: LOG_IN,
    edits: [
      [
        `${SERVER}/respond.ts`,
        "gate.authorize(req, { role: 'viewer', acts: true, stepUp: false });",
        'await readJson(req);',
      ],
    ],
  },
  {
    advisory: 'vite-plugin-lit 0.6.1',
    test: 'packages/runtime-h3/test/collector/incident.test.ts',
    edits: [[`${RUNTIME}/collector/command/queries.ts`, "flag: 'wx'", "flag: 'w'"]],
  },
  {
    advisory: 'CVE-2025-25198',
    test: LOG_IN,
    edits: [
      [`${ACCESS}/server-gate.ts`, 'admit: (req) => checkHost(req, origin)', 'admit: () => {}'],
    ],
  },
];

/**
 * Advisories of the page without a row: no edit can remove their defence, or another row has the
 * same tests.
 */
export const WITHOUT_EDIT = {
  'CVE-2026-112085': 'the row CVE-2025-24010 has the same tests',
  'CVE-2025-4123': 'the row CVE-2024-23657 has the same tests',
  'GHSA-x32m-mvfj-52xv': 'the row GHSA-2vgg-9h6w-m454 has the same tests',
  'CVE-2025-54782': 'its defence is that the panel has no such code: the test searches the sources',
  'GHSA-2m7h-86qq-fp4v':
    'its defence is that the panel has no such code: the test searches the sources',
  'GHSA-2w8w-qhg4-f78j':
    'its defence is that the pages set no HTML: one test searches the sources, another runs in a browser with built pages',
  'GHSA-8f25-w7qj-r7hc':
    'its defence is that the pages set no HTML: one test searches the sources, another runs in a browser with built pages',
};
