import { CLOUDS } from './settings.ts';

/** The part of JSON Schema that `gati.deploy.yaml` needs. */
export interface ConfigSchema {
  description?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  properties?: Record<string, ConfigSchema>;
  additionalProperties?: boolean | ConfigSchema;
  propertyNames?: { pattern: string };
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

const DURATION = '^[1-9][0-9]{0,5}(s|m|h)$';

const image: ConfigSchema = {
  description: 'The container image.',
  type: 'object',
  additionalProperties: false,
  properties: {
    repository: text('Target of the push: HOST/REPOSITORY, without a tag.'),
    base: text(
      'The image that it is built on, with Node: a name in a registry, or oci:FOLDER for an OCI layout. Distroless Node 24 by default.',
    ),
    platforms: {
      description:
        'Platforms of the image. By default linux/amd64 and linux/arm64, if the base has them.',
      type: 'array',
      maxItems: 16,
      items: text('For example linux/amd64.', '^linux/[a-z0-9]+(/v[0-9]+)?$'),
    },
    compression: {
      description:
        'Compression of the layers. zstd, the default on Node 22.15 or later, is a fifth smaller; Docker reads it since version 23. gzip is the default elsewhere.',
      enum: ['gzip', 'zstd'],
    },
    attestations: {
      description:
        'Whether a bill of materials and the provenance are attached to the image. On by default.',
      type: 'boolean',
    },
  },
};

const cloud: ConfigSchema = {
  description: 'Settings of a target that is a cloud.',
  type: 'object',
  additionalProperties: false,
  properties: {
    account: text(
      'The account to deploy to, or the ID of the project in Google Cloud. On AWS, a deploy with credentials of another account is an error.',
      '^[a-zA-Z0-9-]{1,64}$',
    ),
    region: text(
      'Region; by default that of the environment: AWS_REGION or GOOGLE_CLOUD_REGION.',
      '^[a-z0-9-]{1,32}$',
    ),
    cluster: text(
      'An existing cluster; by default the one that `--create-cluster` created, APP-ENVIRONMENT.',
      '^[a-zA-Z0-9][\\w-]{0,99}$',
    ),
    subnets: {
      description: 'Subnets of a cluster that is created; those of the default VPC by default.',
      type: 'array',
      maxItems: 16,
      items: text('The identifier of a subnet.', '^[\\w/.-]+$'),
    },
    edge: {
      description:
        'Whether a certificate, a CDN and DNS records make the app reachable at the host of `url`. Off by default.',
      type: 'boolean',
    },
  },
};

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
/** A name of an object: a subdomain of DNS. */
const objectName = (description: string): ConfigSchema => ({
  ...text(description, `^${LABEL}(\\.${LABEL})*$`),
  maxLength: 253,
});
const QUANTITY = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$';

const count = (description: string, minimum: number, maximum: number): ConfigSchema => ({
  description,
  type: 'integer',
  minimum,
  maximum,
});

const local: ConfigSchema = {
  description: 'Containers of the target local.',
  type: 'object',
  additionalProperties: false,
  properties: {
    port: count('Port of the app on this machine; 3000 by default.', 1, 65_535),
    queue: {
      description: 'Queue of the effects; redis by default. sqlite needs no container.',
      enum: ['redis', 'postgres', 'sqlite'],
    },
    telemetry: {
      description: 'Whether Prometheus and Loki run. On by default.',
      type: 'boolean',
    },
  },
};

const kubernetes: ConfigSchema = {
  description: 'Where the app runs.',
  type: 'object',
  additionalProperties: false,
  properties: {
    context: text('Context of the kubeconfig; the current one by default.'),
    namespace: text(
      'Namespace; APP-ENVIRONMENT by default, created if it is missing.',
      `^${LABEL}$`,
    ),
    pullSecret: objectName('Secret of the namespace that nodes use to pull the image.'),
    secretStore: text(
      'Store of External Secrets for `secretRef`: a ClusterSecretStore, or SecretStore/NAME in the namespace.',
      `^(SecretStore/)?${LABEL}$`,
    ),
    service: {
      description: 'Type of the Service. ClusterIP, the default, is for the cluster itself.',
      enum: ['ClusterIP', 'NodePort', 'LoadBalancer'],
    },
    gateway: text(
      'Gateway that gets an HTTPRoute of the app: NAME, or NAMESPACE/NAME.',
      `^(${LABEL}/)?${LABEL}$`,
    ),
    ingress: objectName('Class of an Ingress of the app, for clusters without the Gateway API.'),
  },
};

const scale: ConfigSchema = {
  description: 'How many pods serve the app. One by default.',
  type: 'object',
  additionalProperties: false,
  properties: {
    min: count('Pods at least; 1 by default.', 1, 1000),
    max: count('Pods at most. More than `min` creates an autoscaler.', 1, 1000),
    cpu: count('Target of the autoscaler in percent of the requested CPU; 70 by default.', 1, 100),
  },
};

const resources: ConfigSchema = {
  description: 'CPU and memory of each pod.',
  type: 'object',
  additionalProperties: false,
  properties: {
    cpu: text('CPU that is reserved; 100m by default.', QUANTITY),
    memory: text('Memory that is reserved; 256Mi by default.', QUANTITY),
    cpuLimit: text('CPU at most; by default 1, or `cpu` if that is more.', QUANTITY),
    memoryLimit: text('Memory at most; `memory` by default.', QUANTITY),
  },
};

const workers: ConfigSchema = {
  description:
    'Pods that run effects only. Without this setting, the pods that serve requests run effects too.',
  type: 'object',
  additionalProperties: false,
  properties: {
    ...scale.properties,
    resources: { ...resources, description: 'CPU and memory of each pod; `resources` by default.' },
  },
};

const domains: ConfigSchema = {
  description:
    'Domains whose routes have separate pods: the folders below src/handlers, and `root` for routes outside of a folder.',
  type: 'object',
  additionalProperties: {
    description: 'Number and size of the pods of the domain.',
    type: 'object',
    additionalProperties: false,
    properties: workers.properties!,
  },
};

const modules: ConfigSchema = {
  description:
    'Modules with a docker: source, which run in separate pods. Replaces their `scaling` for this environment.',
  type: 'object',
  additionalProperties: {
    description: 'Number and size of the pods of the module.',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...scale.properties,
      resources: {
        ...resources,
        description:
          'CPU and memory of each pod; by default 100m, and `limits.memory` of the module.',
      },
    },
  },
};

const env: ConfigSchema = {
  description: 'Environment variables of the server. Names have letters, digits, `_`, `-` and `.`.',
  type: 'object',
  propertyNames: { pattern: '^[A-Za-z_.-][\\w.-]{0,252}$' },
  additionalProperties: {
    description:
      'A value, { secret: NAME, key: KEY } of a Secret in the namespace, or { secretRef: NAME } in the secret store.',
    anyOf: [
      { type: 'string', maxLength: 32_768 },
      { type: 'integer' },
      { type: 'boolean' },
      {
        type: 'object',
        additionalProperties: false,
        required: ['secret', 'key'],
        properties: {
          secret: objectName('Name of the Secret.'),
          key: text('Key in the Secret.', '^([\\w-]|\\.[\\w-])[\\w.-]{0,251}$'),
        },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['secretRef'],
        properties: {
          secretRef: text('Name in the store that `kubernetes.secretStore` names.'),
          property: text('Member of a value that is a JSON object.'),
        },
      },
    ],
  },
};

const rollout: ConfigSchema = {
  description: 'Start of a new release.',
  type: 'object',
  additionalProperties: false,
  properties: {
    timeout: text(
      'Time in which new pods must become ready, such as 90s or 10m; 5m by default.',
      DURATION,
    ),
    canary: {
      description:
        'Moves requests to a new release step by step, compares its routes with those of the old one, and rolls back if one is worse.',
      type: 'object',
      additionalProperties: false,
      properties: {
        steps: {
          description: 'Percent of the requests, ascending; 1, 10 and 50 by default.',
          type: 'array',
          maxItems: 20,
          items: count('From 1 to 99.', 1, 99),
        },
        duration: text('Time at each step, such as 90s or 10m; 2m by default.', DURATION),
      },
    },
    isolate: count(
      'Number of earlier releases that keep separate pods, for requests of their version; 0 by default.',
      0,
      10,
    ),
    keep: count('Earlier revisions that a rollback can return to; 3 by default.', 1, 10),
  },
};

const url = text('Address of users, at which a deploy checks the new release.', '^https?://');

const settings: Record<string, ConfigSchema> = {
  provider: {
    description: 'Target of `gati deploy` and `gati-deploy deploy`; kubernetes by default.',
    enum: ['kubernetes', 'local', 'custom', ...CLOUDS],
  },
  cdnScript: text('Shell command of the target custom that uploads the assets. Runs first.'),
  deployScript: text('Shell command of the target custom that deploys the image.'),
  image,
  cloud,
  local,
  kubernetes,
  scale,
  resources,
  workers,
  domains,
  modules,
  env,
  panel: {
    description:
      'Whether the panel shows and changes the pods in the cluster, and all pods share its accounts. Creates a role (RBAC) for the pods that serve it. Off by default.',
    type: 'boolean',
  },
  rollout,
  url,
};

const regions: ConfigSchema = {
  description:
    'Regions by name, each with a cluster. For a cloud, the name is that of a region; for kubernetes, that of a context.',
  type: 'object',
  additionalProperties: { $ref: '#/$defs/region' },
};

/** Settings that each environment and each region can replace. */
const $defs: Record<string, ConfigSchema> = {
  settings: {
    description: 'Settings of one environment, which replace those at the top.',
    type: 'object',
    additionalProperties: false,
    properties: { ...settings, regions },
  },
  region: {
    description: 'Settings of one region, which replace the others.',
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
    releases: text('The release store: a folder, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX.'),
    ...settings,
    regions,
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
