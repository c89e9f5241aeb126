import type { CloudSettings } from '../config/settings.ts';
import type { ClusterAccess } from '../kube/access.ts';
import type { Credentials } from '../registry/credentials.ts';

/** A cloud: finds and creates the resources that an app needs. */
export interface Cloud {
  /** Name of the command: `aws`. */
  name: string;
  /** Name for people: `AWS`. */
  title: string;
  /** Scheme of the address of a release store in a bucket of this cloud: `s3`. */
  storeScheme: string;
  /** Date of the list prices, `2026-11-29`. */
  pricesOf: string;
  /**
   * Checks the credentials and opens the cloud for one environment of an app. Sends no request that
   * writes.
   *
   * @throws {GatiError} GATI_DEPLOY_CLOUD when the credentials are missing or expired
   */
  open(place: Place): Promise<CloudSession>;
  /** Returns the smallest policy for the requests of these resources, as the cloud writes it. */
  policy(place: Place, options: ResourceOptions): Promise<unknown>;
}

/** One environment of an app in a cloud. */
export interface Place {
  app: string;
  environment: string;
  settings: CloudSettings;
  /** Whether the app also runs in other regions, whose resources need other names. */
  isRegional?: boolean;
  /** Host name in `url`, if the cloud has to make the app reachable at it. */
  host?: string;
  /** Name of the bucket of the release store. */
  store?: string;
}

export interface ResourceOptions {
  /** Whether a missing cluster is created. */
  createCluster: boolean;
  /** Returns the host name of the app's load balancer, once it has one. */
  origin?(): Promise<string | undefined>;
  /** Whether that load balancer accepted HTTPS when the command began. */
  isSecure?(): Promise<boolean>;
}

/** Groups of resources, in the order in which a deploy needs them. */
export type CloudService = 'registry' | 'store' | 'cluster' | 'assets' | 'edge';

/** A file of the build for a bucket. */
export interface Asset {
  /** Key in the bucket: `assets/app-4f9a0c1b.js`. */
  path: string;
  /** Absolute path on disk. */
  source: string;
}

export interface CloudSession {
  /** Facts for people: account, region, user. */
  identity: { account: string; region: string; user: string };
  /** All resources of the app, in the order of their creation. */
  resources(options: ResourceOptions): Resource[];
  /**
   * Returns all resources that deploys may have created, including those of earlier settings. By
   * default, the result of `resources`.
   */
  removable?(): Promise<Resource[]>;
  /** Returns the repository for the image, once the resources of the group `registry` exist. */
  registry(): Promise<{ repository: string; credentials: Credentials }>;
  /** Whether the cluster exists and has an address. */
  hasCluster(): Promise<boolean>;
  /** Returns the access to the cluster, once it is ready. */
  cluster(): Promise<ClusterAccess>;
  /** Returns the annotations of the Service for a load balancer on the internet. */
  balancer(): Promise<Record<string, string>>;
  /** Whether these annotations turn on HTTPS at port 443 of the load balancer. */
  hasHttps?(annotations: Record<string, string>): boolean;
  /** Uploads files that never change. */
  uploadAssets(assets: Asset[]): Promise<{ sent: number; present: number }>;
  /** Environment variables that libraries for this cloud read, such as the release store. */
  env: Record<string, string>;
}

/** One resource of a cloud. Its name follows from app and environment, so no state is stored. */
export interface Resource {
  service: CloudService;
  /** For people: `ECR repository shop-production`. */
  name: string;
  /** Purpose of the resource, which a plan prints. */
  reason: string;
  /** List price, for people: `$73 a month and its nodes`. */
  price?: string;
  /** Whether its contents can't be created again. It is removed only on request. */
  isData?: boolean;
  /** A resource that needs this one while it is created, and at no other time. */
  serves?: Resource;
  /** Reads the resource; `undefined` if there is none. */
  find(): Promise<Found | undefined>;
  /** Returns the requests that create the resource, or its missing parts. */
  create(found: Found | undefined): Promise<CloudRequest[]>;
  /** Returns the requests that remove the resource. A further call returns the next ones. */
  remove(found: Found): Promise<CloudRequest[]>;
}

/** A resource as the cloud has it. */
export interface Found {
  /** Whether a deploy of this app and environment created it, by its tags. */
  isOwn: boolean;
  state: 'ready' | 'pending' | 'incomplete' | 'removing';
  /** Why the resource is pending, for people. */
  why?: string;
}

/** A request that writes, as it will be sent. */
export interface CloudRequest {
  /** `ecr.CreateRepository` */
  operation: string;
  input: object;
  send(): Promise<unknown>;
}

/** Returns the description of a cloud. Packages of clouds export it as `default`. */
export function defineCloud(cloud: Cloud): Cloud {
  return cloud;
}

/** Tags of all resources that a deploy creates. */
export function ownTags({ app, environment }: Place): Record<string, string> {
  return { 'gati.dev/app': app, 'gati.dev/env': environment };
}

/** Whether the tags of a resource say that a deploy of this app and environment created it. */
export function isOwn(place: Place, tags: Record<string, string | undefined> = {}): boolean {
  return Object.entries(ownTags(place)).every(([name, value]) => tags[name] === value);
}
