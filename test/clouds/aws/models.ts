import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

/** A shape of a service model of botocore, as far as the checker reads it. */
export interface Shape {
  type: string;
  members?: Record<string, Member>;
  required?: string[];
  member?: Member;
  key?: Member;
  value?: Member;
  flattened?: boolean;
  enum?: string[];
  pattern?: string;
  min?: number;
  max?: number;
  payload?: string;
}

/** A reference to a shape, with how a request contains it. */
export interface Member {
  shape: string;
  location?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';
  locationName?: string;
  queryName?: string;
  flattened?: boolean;
  deprecated?: boolean;
  xmlAttribute?: boolean;
}

export interface OperationModel {
  name: string;
  http: { method: string; requestUri: string };
  input?: Member;
}

/** The model of a service. */
export interface ServiceModel {
  /** Signing name, which requests contain. */
  name: string;
  protocol: 'json' | 'query' | 'ec2' | 'rest-json' | 'rest-xml';
  apiVersion: string;
  targetPrefix?: string;
  operations: Record<string, OperationModel>;
  shapes: Record<string, Shape>;
}

/** Services by signing name, with the names of their folders in botocore. */
const FOLDERS: Record<string, string> = {
  acm: 'acm',
  cloudfront: 'cloudfront',
  ec2: 'ec2',
  ecr: 'ecr',
  eks: 'eks',
  globalaccelerator: 'globalaccelerator',
  iam: 'iam',
  route53: 'route53',
  s3: 's3',
  secretsmanager: 'secretsmanager',
  sqs: 'sqs',
  sts: 'sts',
};

const models = new Map<string, ServiceModel>();

/** Loads the model of a service from the data of botocore; `undefined` for an unknown service. */
export function loadModel(data: string, name: string): ServiceModel | undefined {
  const known = models.get(name);
  if (known) return known;
  const folder = FOLDERS[name];
  if (folder === undefined) return undefined;
  const versions = fs.readdirSync(path.join(data, folder)).sort();
  const file = path.join(data, folder, versions.at(-1)!, 'service-2.json.gz');
  const model = JSON.parse(zlib.gunzipSync(fs.readFileSync(file)).toString('utf8')) as {
    metadata: { protocol: ServiceModel['protocol']; apiVersion: string; targetPrefix?: string };
    operations: ServiceModel['operations'];
    shapes: ServiceModel['shapes'];
  };
  const { protocol, apiVersion, targetPrefix } = model.metadata;
  const { operations, shapes } = model;
  const loaded = { name, protocol, apiVersion, targetPrefix, operations, shapes };
  models.set(name, loaded);
  return loaded;
}
