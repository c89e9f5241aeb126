/** Settings of one environment in `gati.deploy.yaml`. */
export interface Settings {
  /** Settings of each region, which replace the others. Each region has a cluster. */
  regions?: Record<string, Settings>;
  /** The region of these settings. A command sets it; the file can't. */
  region?: string;
  releases?: string;
  /** Target of `gati-deploy deploy`; kubernetes by default. */
  provider?: Provider;
  /** Commands of the target `custom`. */
  cdnScript?: string;
  deployScript?: string;
  image?: ImageSettings;
  cloud?: CloudSettings;
  local?: LocalSettings;
  kubernetes?: KubernetesSettings;
  /** Pods that serve the app. */
  scale?: { min?: number; max?: number; cpu?: number };
  resources?: ResourceSettings;
  /** Pods that run effects only. Without them, the pods that serve requests run effects too. */
  workers?: RoleSettings;
  /** Pods that serve the routes of one domain each, by its name. */
  domains?: Record<string, RoleSettings>;
  /** Pods of the modules with a `docker:` source, by the name of the module. */
  modules?: Record<string, RoleSettings>;
  env?: Record<string, EnvValue>;
  /** Whether the panel acts on the cluster, and all pods share its accounts. */
  panel?: boolean;
  rollout?: { timeout?: string; keep?: number; isolate?: number; canary?: CanarySettings };
  /** Address under which users reach the app. */
  url?: string;
}

/** Number and size of the pods of a role. */
export interface RoleSettings {
  min?: number;
  max?: number;
  cpu?: number;
  resources?: ResourceSettings;
}

/** Shares of requests that a new release gets before it gets all. */
export interface CanarySettings {
  /** Percent, ascending. */
  steps?: number[];
  /** Time at each share. */
  duration?: string;
}

export interface ResourceSettings {
  cpu?: string;
  memory?: string;
  cpuLimit?: string;
  memoryLimit?: string;
}

/** Clouds with a package, `@gati/cloud-NAME`. */
export const CLOUDS = ['aws', 'gcp'] as const;
export type CloudName = (typeof CLOUDS)[number];

export type Provider = 'kubernetes' | 'local' | 'custom' | CloudName;

/** Containers of the target `local`. */
export interface LocalSettings {
  /** Port of the app on this machine. */
  port?: number;
  queue?: 'redis' | 'postgres' | 'sqlite';
  /** Whether Prometheus and Loki run. */
  telemetry?: boolean;
}

/** Settings of a target that is a cloud. */
export interface CloudSettings {
  account?: string;
  region?: string;
  cluster?: string;
  subnets?: string[];
  edge?: boolean;
}

/** A value, a key of a Secret in the namespace, or a value of the secret store. */
export type EnvValue = string | number | boolean | SecretKey | SecretRef;

export interface SecretKey {
  secret: string;
  key: string;
}

/** A value in the store of a cloud, which External Secrets reads. */
export interface SecretRef {
  /** Name in the store: `prod/shop`. */
  secretRef: string;
  /** Member of a value that is a JSON object. */
  property?: string;
}

export interface KubernetesSettings {
  context?: string;
  namespace?: string;
  pullSecret?: string;
  /** ClusterSecretStore of External Secrets, or SecretStore/NAME in the namespace. */
  secretStore?: string;
  service?: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  /** Annotations of the Service. The cloud sets them; the file can't. */
  balancer?: Record<string, string>;
  /** Whether the load balancer accepts HTTPS. The cloud sets it; the file can't. */
  hasHttps?: boolean;
  /** NAME or NAMESPACE/NAME of a Gateway. */
  gateway?: string;
  /** Class of an Ingress. */
  ingress?: string;
}

export interface ImageSettings {
  repository?: string;
  base?: string;
  platforms?: string[];
  compression?: 'gzip' | 'zstd';
  attestations?: boolean;
}
