import type { Manifest } from '@gati/contract';
import { IMAGE, IMAGE_ENV, IMAGE_IGNORES, imageLabels } from '@gati/contract/internal';
import type { EmittedFile } from './file.ts';

/** Returns the files for `docker build dist`. `gati-deploy` makes the same image without them. */
export function toDockerFiles(manifest: Pick<Manifest, 'name' | 'release'>): EmittedFile[] {
  return [
    { path: 'Dockerfile', text: dockerfile(manifest) },
    { path: '.dockerignore', text: `${IMAGE_IGNORES.join('\n')}\n` },
    {
      path: 'data/README',
      text: 'The server stores its data in this folder, the volume /data of the image.\n',
    },
  ];
}

function dockerfile({ name, release }: Pick<Manifest, 'name' | 'release'>): string {
  const user = `${IMAGE.user}:${IMAGE.user}`;
  const { health } = IMAGE;
  return `ARG BASE=${IMAGE.base}
FROM \${BASE}

LABEL ${assignments(imageLabels(name, release.version, release.id), quote)}

# Distroless keeps node in /nodejs/bin, other images in /usr/local/bin or /usr/bin.
ENV ${assignments(IMAGE_ENV, String)}

WORKDIR ${IMAGE.app}
COPY . .

# The only folder that the server writes to. The rest can be mounted read-only.
COPY --chown=${user} data ${IMAGE.data}
VOLUME ${IMAGE.data}

USER ${user}
EXPOSE ${IMAGE.port}
HEALTHCHECK --interval=${health.interval}s --timeout=${health.timeout}s --start-period=${health.startPeriod}s --retries=${health.retries} CMD ${JSON.stringify(health.command)}
ENTRYPOINT ${JSON.stringify(IMAGE.entrypoint)}
CMD ${JSON.stringify(IMAGE.command)}
`;
}

const assignments = (
  values: Readonly<Record<string, string>>,
  print: (value: string) => string,
): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${print(value)}`)
    .join(' \\\n      ');

/** Quotes text for a Dockerfile, which expands variables in double quotes. */
const quote = (text: string): string => JSON.stringify(text).replaceAll('$', '\\$');
