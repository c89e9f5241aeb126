import fs from 'node:fs';
import path from 'node:path';
import type { Manifest } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import type { Attachment } from '../registry/referrers.ts';

interface Component {
  type: 'library';
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  licenses?: { license: { name: string } }[];
}

/** Maximum number of packages; no app has that many. */
const PACKAGES_LIMIT = 20_000;

/**
 * Lists the packages that the app declares for production, with their dependencies, as a CycloneDX
 * document. It has no time and no random id, so the same packages give the same bytes.
 *
 * @param root folder of `package.json`
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function createSbom(root: string, { name, release }: Manifest): Attachment {
  const components = new Map<string, Component>();
  const waiting = [{ folder: root, isRoot: true }];
  const seen = new Set<string>();
  for (let next = waiting.pop(); next && seen.size < PACKAGES_LIMIT; next = waiting.pop()) {
    if (seen.has(next.folder)) continue;
    seen.add(next.folder);
    const json = readJson(path.join(next.folder, 'package.json'));
    if (!json) continue;
    if (!next.isRoot) addComponent(components, json);
    const needed = { ...asRecord(json['dependencies']), ...asRecord(json['optionalDependencies']) };
    for (const each of Object.keys(needed)) {
      const folder = findPackage(each, next.folder);
      if (folder) waiting.push({ folder, isRoot: false });
    }
  }
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `pkg:npm/${purlName(name)}@${release.version}`,
        name,
        version: release.version,
        properties: [{ name: 'gati:release', value: release.id }],
      },
    },
    components: [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1)),
  };
  return {
    artifactType: 'application/vnd.cyclonedx+json',
    bytes: Buffer.from(JSON.stringify(document)),
  };
}

function addComponent(components: Map<string, Component>, json: Record<string, unknown>): void {
  const { name, version, license } = json;
  if (typeof name !== 'string' || typeof version !== 'string') return;
  const purl = `pkg:npm/${purlName(name)}@${version}`;
  components.set(purl, {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(typeof license === 'string' && { licenses: [{ license: { name: license } }] }),
  });
}

const purlName = (name: string): string => name.replace('@', '%40');

/** Finds a package as Node does: in `node_modules` of each folder above. */
function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', name);
    if (fs.existsSync(path.join(found, 'package.json'))) return fs.realpathSync(found);
    if (folder === path.dirname(folder)) return undefined;
  }
}

const asRecord = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

function readJson(file: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
