import fs from 'node:fs';
import path from 'node:path';
import type { Manifest } from '@gati/contract';
import { usageError } from '@gati/runtime-h3/command';
import { type Build, readBuild } from '../../build/read-build.ts';
import { CONFIG_FILE } from '../../config/read-config.ts';
import type { Settings } from '../../config/settings.ts';
import { findCompose, localError, runProgram } from '../../local/compose.ts';
import { DEFAULT_PORT, printComposeFiles } from '../../local/compose-file.ts';
import { projectName } from '../../local/project-name.ts';
import { listContainers } from '../../objects/modules.ts';
import { type ModuleFacts, toTarget } from '../../objects/target.ts';
import { hideSetup } from '../../rollout/read-logs.ts';
import { verifyAddress } from '../../rollout/verify.ts';
import { type Call, OK } from '../command.ts';
import { buildFolder } from '../image-step.ts';
import { readAppName, readAllRegions } from '../read-app.ts';

/** Files of Docker Compose, below the folder of the app. */
const FOLDER = '.gati/local';
const LINES = 20;

/** `gati-deploy local [ENV]`: runs the app with all that it needs in Docker on this machine. */
export async function run(call: Call): Promise<number> {
  const { root, options, words, reporter } = call;
  const hasSettings = fs.existsSync(path.join(root, CONFIG_FILE));
  const { environment, settings } = hasSettings
    ? readAllRegions(call, words[0] ?? 'local')
    : // Nothing needs a setting here.
      { environment: 'local', settings: {} };
  const folder = path.join(root, FOLDER);
  if (options['down'] === true || options['destroy'] === true) return await stop(call, folder);
  const build = readBuild(buildFolder({ root, options }));
  const { manifest } = build;
  const { app } = toTarget(manifest.name, environment, settings);
  const image = `gati-local/${app}:${manifest.release.id}`;
  writeFiles(folder, build, app, image, settings);
  if (options['dry-run'] === true) {
    reporter.line(`wrote ${path.relative(root, folder)}; nothing was started`);
    reporter.document({ result: 'planned', folder });
    return OK;
  }
  const compose = composeFor(app, root);
  const onLine = (line: string): void => {
    reporter.line(`      ${line}`);
    reporter.event('output', { line });
  };
  const base = settings.image?.base;
  const baseArgument = base === undefined ? [] : ['--build-arg', `BASE=${base}`];
  await reporter.step(
    'image',
    () =>
      runProgram(
        ['docker', 'build', '--tag', image, ...baseArgument, build.folder],
        root,
        () => {},
      ),
    () => image,
  );
  await reporter.step('containers', () =>
    runProgram([...compose, 'up', '--detach', '--remove-orphans'], folder, onLine),
  );
  const url = `http://localhost:${settings.local?.port ?? DEFAULT_PORT}`;
  await reporter.step(
    'verify',
    async () => {
      const pending = await verifyAddress(`${url}${build.basePath}`, manifest.release.id);
      if (pending === undefined) return;
      const logs: string[] = [];
      await runProgram([...compose, 'logs', '--tail', String(LINES), 'app'], folder, (line) =>
        logs.push(hideSetup(line)),
      ).catch(() => undefined);
      for (const line of logs) reporter.line(`      ${line}`);
      throw localError(
        `The app does not respond at ${url}: ${pending}.`,
        'Read the lines of its log above, then run the same command again.',
        logs,
      );
    },
    () => url,
  );
  const { id, version } = manifest.release;
  reporter.line(`${reporter.style.green('live')}  ${version} (${id})`);
  reporter.line(`      app    ${url}${build.basePath}`);
  reporter.line(`      panel  ${url}/_control`);
  reporter.line(
    `      the link of the panel's first login is in the log: ${compose.join(' ')} logs app`,
  );
  reporter.document({ result: 'live', environment, release: { id, version, image }, url, folder });
  return OK;
}

const COMPOSE_FILE = 'compose.yaml';

const composeFor = (app: string, root: string): string[] => [
  ...findCompose(),
  '--project-name',
  projectName(app, root),
  '--file',
  COMPOSE_FILE,
];

function writeFiles(
  folder: string,
  { manifest: { contract } }: Build,
  app: string,
  image: string,
  { env = {}, local = {} }: Settings,
): void {
  const hasEffects = contract.effects.length > 0;
  const modules = localModules({ contract });
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(
    printComposeFiles({ app, image, env, local, hasEffects, modules }),
  ))
    writeFile(path.join(folder, name), text);
}

/** @throws {GatiError} GATI_DEPLOY_LOCAL when a container needs files of the app */
function localModules(manifest: Pick<Manifest, 'contract'>): ModuleFacts[] {
  const modules = listContainers(manifest);
  const other = modules.find(({ container }) => container.files);
  if (other)
    throw localError(
      `The module "${other.name}" reads files of this machine, which its container would not have.`,
      'Copy the files into its image, and remove `allow.read` and `allow.write`.',
    );
  return modules;
}

/** Values of the app are for its user only, but Prometheus runs as another user than this one. */
function writeFile(file: string, text: string): void {
  const mode = path.basename(file) === COMPOSE_FILE ? 0o600 : 0o644;
  fs.writeFileSync(file, text, { mode });
  // The mode of a file that exists stays otherwise.
  fs.chmodSync(file, mode);
}

/** Stops the containers. Their volumes stay, unless the call destroys them. */
async function stop({ root, options, reporter }: Call, folder: string): Promise<number> {
  if (!fs.existsSync(path.join(folder, COMPOSE_FILE))) {
    reporter.line(`nothing was started: there is no ${FOLDER}/${COMPOSE_FILE}`);
    reporter.document({ result: 'stopped' });
    return OK;
  }
  if (options['destroy'] === true && options['yes'] !== true)
    throw usageError(
      'this removes the containers and their data: jobs, telemetry, and the files in /data',
      'Add `--yes` to do it. `--down` keeps the data.',
    );
  const { app } = toTarget(readAppName(root), 'local', {});
  const volumes = options['destroy'] === true ? ['--volumes'] : [];
  const compose = composeFor(app, root);
  await reporter.step('containers', () =>
    runProgram([...compose, 'down', '--remove-orphans', ...volumes], folder, (line) =>
      reporter.line(`      ${line}`),
    ),
  );
  reporter.line(
    volumes.length > 0 ? 'stopped; the data is removed' : 'stopped; the data stays in its volumes',
  );
  reporter.document({ result: volumes.length > 0 ? 'destroyed' : 'stopped' });
  return OK;
}
