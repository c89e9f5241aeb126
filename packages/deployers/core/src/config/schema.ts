/** The part of JSON Schema that `gati.deploy.yaml` needs. */
export interface ConfigSchema {
  description?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  properties?: Record<string, ConfigSchema>;
  additionalProperties?: boolean | ConfigSchema;
  required?: string[];
  items?: ConfigSchema;
  enum?: string[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  anyOf?: ConfigSchema[];
  $ref?: string;
  $defs?: Record<string, ConfigSchema>;
}

const text = (description: string, pattern?: string): ConfigSchema => ({
  description,
  type: 'string',
  minLength: 1,
  maxLength: 1024,
  ...(pattern !== undefined && { pattern }),
});

const image: ConfigSchema = {
  description: 'The container image.',
  type: 'object',
  additionalProperties: false,
  properties: {
    repository: text('Where the image is pushed: HOST/REPOSITORY, without a tag.'),
    base: text(
      'The image that it is built on, with Node: a name in a registry, or oci:FOLDER for an OCI layout. Distroless Node 24 by default.',
    ),
    platforms: {
      description: 'Platforms of the image. By default those of the base that run Linux.',
      type: 'array',
      maxItems: 16,
      items: text('For example linux/amd64.', '^linux/[a-z0-9]+(/v[0-9]+)?$'),
    },
    attestations: {
      description:
        'Whether a bill of materials and the provenance are attached to the image. On by default.',
      type: 'boolean',
    },
  },
};

const settings: Record<string, ConfigSchema> = { image };

/** Settings that each environment can replace. */
const $defs: Record<string, ConfigSchema> = {
  settings: {
    description: 'Settings of one environment, which replace those at the top.',
    type: 'object',
    additionalProperties: false,
    properties: settings,
  },
};

/** The schema of `gati.deploy.yaml`. `schema.json` of the package is printed from it. */
export const DEPLOY_SCHEMA: ConfigSchema = {
  description: 'How gati-deploy deploys this app.',
  type: 'object',
  additionalProperties: false,
  properties: {
    releases: text('The release store: a folder, or s3://BUCKET/PREFIX.'),
    ...settings,
    environments: {
      description: 'Settings of environments by name. They replace those at the top.',
      type: 'object',
      additionalProperties: { $ref: '#/$defs/settings' },
    },
  },
  $defs,
};

/** Returns the text of `schema.json`. */
export function printDeploySchema(): string {
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'gati.deploy.yaml',
  };
  return `${JSON.stringify({ ...head, ...DEPLOY_SCHEMA }, undefined, 2)}\n`;
}
