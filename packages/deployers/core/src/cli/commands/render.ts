import fs from 'node:fs';
import path from 'node:path';
import { printYaml } from '../../config/print-yaml.ts';
import type { KubeObject } from '../../kube/cluster.ts';
import { createObjects, type DesiredObjects } from '../../objects/objects.ts';
import { rolesOf } from '../../objects/roles.ts';
import { assertQueue, type Target, toTarget } from '../../objects/target.ts';
import { type Call, OK } from '../command.ts';
import { buildStep, referenceOf, releaseFacts, withTemporaryFolder } from '../image-step.ts';
import { readEnvironment } from '../read-app.ts';

/** `gati-deploy render [ENV]`: prints the objects, for tools that apply files of a repository. */
export async function run(call: Call): Promise<number> {
  const { options, words, reporter, root } = call;
  const { environment, settings } = readEnvironment(call, words[0]);
  return await withTemporaryFolder(async (folder) => {
    // Standard output is for the objects alone.
    const silent = { ...reporter, step: <T>(_: string, work: () => Promise<T>) => work() };
    const built = await buildStep({ ...call, reporter: silent }, settings, folder);
    const { manifest } = built.build;
    const target = toTarget(manifest.name, environment, settings);
    assertQueue(manifest, settings);
    const image = referenceOf(settings, built);
    const facts = releaseFacts(settings, built, image);
    const objects = listObjects(target, createObjects(target, facts));
    if (typeof options['out'] === 'string') {
      const out = path.resolve(root, options['out']);
      writeObjects(out, objects);
      reporter.line(
        `wrote ${objects.length} objects to ${out}; they need the image in the registry`,
      );
    } else for (const object of objects) reporter.line(`---\n${printYaml(object).trimEnd()}`);
    reporter.document({ image, objects });
    return OK;
  });
}

/** Lists the objects in the order in which they must exist. */
function listObjects(
  target: Target,
  { namespace, foundation, modules, deployments, live }: DesiredObjects,
): KubeObject[] {
  const roles = rolesOf(target.settings);
  const sized = deployments.map((deployment, index) => withSize(deployment, roles[index]!));
  const pods = modules.flatMap(({ objects, ...numbers }) =>
    objects.map((object) => (object.kind === 'Deployment' ? withSize(object, numbers) : object)),
  );
  return [namespace, ...foundation, ...pods, ...sized, live.service, ...live.others];
}

/** The number of pods belongs to the autoscaler, if there is one. */
function withSize(deployment: KubeObject, { min, max }: { min: number; max: number }): KubeObject {
  const spec = { ...(max === min && { replicas: min }), ...(deployment['spec'] as object) };
  return { ...deployment, spec };
}

/** Writes a file for each object. Removes files of objects that the app no longer has. */
function writeObjects(folder: string, objects: KubeObject[]): void {
  fs.mkdirSync(folder, { recursive: true });
  const files = new Map(
    objects.map((object) => [
      `${object.kind.toLowerCase()}-${object.metadata.name}.yaml`,
      `${HEAD}${printYaml(object)}`,
    ]),
  );
  for (const name of fs.readdirSync(folder)) {
    if (files.has(name) || !name.endsWith('.yaml')) continue;
    const file = path.join(folder, name);
    if (fs.readFileSync(file, 'utf8').startsWith(HEAD)) fs.rmSync(file);
  }
  for (const [name, text] of files) {
    const file = path.join(folder, name);
    if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text)
      fs.writeFileSync(file, text);
  }
}

const HEAD = '# Written by `gati-deploy render`. Changes are lost.\n';
