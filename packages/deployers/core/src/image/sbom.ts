import type { Build, BuildPackage } from '../build/read-build.ts';
import type { Attachment } from '../registry/referrers.ts';

interface Component {
  type: 'library';
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  licenses?: License[];
}

type License = { license: { name: string } } | { expression: string };

/**
 * Lists the packages whose code is in the build as a CycloneDX document. The document has no time
 * and no random id, so the same packages give the same bytes.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function createSbom({ manifest: { name, release }, packages }: Build): Attachment {
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
    components: packages.map(toComponent),
  };
  return {
    artifactType: 'application/vnd.cyclonedx+json',
    bytes: Buffer.from(JSON.stringify(document)),
  };
}

function toComponent({ name, version, license }: BuildPackage): Component {
  const purl = `pkg:npm/${purlName(name)}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(license !== undefined && { licenses: [toLicense(license)] }),
  };
}

/** CycloneDX has different members for an expression such as `MIT OR Apache-2.0` and for a name. */
const toLicense = (license: string): License =>
  /\s/.test(license) ? { expression: license } : { license: { name: license } };

const purlName = (name: string): string => name.replace('@', '%40');
