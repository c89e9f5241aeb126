/**
 * Facts of the container image of an app. The Dockerfile of a build and `gati-deploy` make the same
 * image from them.
 */
export const IMAGE = {
  /** Node 24 with its shared libraries and CA certificates, no shell and no package manager. */
  base: 'gcr.io/distroless/nodejs24-debian12:nonroot',
  /** Numeric, so that Kubernetes can verify `runAsNonRoot`. */
  user: 65_532,
  /** Distroless keeps node in `/nodejs/bin`, other images in `/usr/local/bin` or `/usr/bin`. */
  path: '/nodejs/bin:/usr/local/bin:/usr/bin:/bin',
  port: 3000,
  /** The folder of the build, and the working directory. */
  app: '/app',
  /** The only folder that the server writes to, a volume. The rest can be mounted read-only. */
  data: '/data',
  entrypoint: ['node'],
  command: ['server/index.mjs'],
  /** Requests `/readyz` without a shell. */
  health: {
    command: [
      'node',
      '-e',
      "require('node:http').get({host:'127.0.0.1',port:process.env.PORT,path:'/readyz'},r=>process.exit(r.statusCode===200?0:1)).on('error',()=>process.exit(1))",
    ],
    /** Seconds. */
    interval: 10,
    timeout: 3,
    startPeriod: 15,
    retries: 3,
  },
} as const;

/** Environment variables of the image, in the order in which they are written. */
export const IMAGE_ENV: Readonly<Record<string, string>> = {
  PATH: IMAGE.path,
  NODE_ENV: 'production',
  HOST: '0.0.0.0',
  PORT: String(IMAGE.port),
};

/** Returns the labels of the image of a release, in the order in which they are written. */
export function imageLabels(name: string, version: string, id: string): Record<string, string> {
  return {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.version': version,
    'dev.gati.release': id,
  };
}

/** File of a build that lists the packages whose code it contains. */
export const PACKAGES_FILE = 'packages.json';

/** Patterns of files in a build that its image does not contain, as in `.dockerignore`. */
export const IMAGE_IGNORES: readonly string[] = [
  'Dockerfile',
  '.dockerignore',
  PACKAGES_FILE,
  'client/**/*.map',
];
