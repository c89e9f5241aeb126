import type { Manifest } from '@gati/contract';
import type { EmittedFile } from './file.ts';

/**
 * Node 24 with its shared libraries and CA certificates, no shell and no package manager; user
 * 65532. An image with a shell works as well: `docker build --build-arg BASE=node:24-slim dist`.
 */
const BASE_IMAGE = 'gcr.io/distroless/nodejs24-debian12:nonroot';

const HEALTH_CHECK =
  "require('node:http').get({host:'127.0.0.1',port:process.env.PORT,path:'/readyz'},r=>process.exit(r.statusCode===200?0:1)).on('error',()=>process.exit(1))";

/**
 * Returns the files for `docker build dist`. The image has a numeric user, so that Kubernetes can
 * verify `runAsNonRoot`.
 */
export function toDockerFiles(manifest: Pick<Manifest, 'name' | 'release'>): EmittedFile[] {
  return [
    { path: 'Dockerfile', text: dockerfile(manifest) },
    { path: '.dockerignore', text: 'Dockerfile\n.dockerignore\nclient/**/*.map\n' },
    {
      path: 'data/README',
      text: 'The server stores its data in this folder, the volume /data of the image.\n',
    },
  ];
}

function dockerfile({ name, release }: Pick<Manifest, 'name' | 'release'>): string {
  return `ARG BASE=${BASE_IMAGE}
FROM \${BASE}

LABEL org.opencontainers.image.title=${quote(name)} \\
      org.opencontainers.image.version=${quote(release.version)} \\
      dev.gati.release=${quote(release.id)}

# Distroless keeps node in /nodejs/bin, other images in /usr/local/bin or /usr/bin.
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin \\
    NODE_ENV=production \\
    HOST=0.0.0.0 \\
    PORT=3000

WORKDIR /app
COPY . .

# The only folder that the server writes to. The rest can be mounted read-only.
COPY --chown=65532:65532 data /data
VOLUME /data

USER 65532:65532
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 CMD ${JSON.stringify(['node', '-e', HEALTH_CHECK])}
ENTRYPOINT ["node"]
CMD ["server/index.mjs"]
`;
}

/** Quotes text for a Dockerfile, which expands variables in double quotes. */
const quote = (text: string): string => JSON.stringify(text).replaceAll('$', '\\$');
