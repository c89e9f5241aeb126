import { expect, test } from 'vitest';
import {
  containerUser,
  dockerCommand,
  isPinnedImage,
} from '../../src/module-host/docker-command.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const options = {
  container: 'gati-scorer-1',
  image: `ghcr.io/acme/scorer@${DIGEST}`,
  root: '/app',
  sockets: '/tmp/sockets',
  variables: ['MODEL'],
};

test('an image is pinned when it is named by a digest', () => {
  expect(isPinnedImage(`ghcr.io/acme/scorer@${DIGEST}`)).toBe(true);
  expect(isPinnedImage(DIGEST)).toBe(true);
  for (const image of ['scorer', 'scorer:1.0', `--privileged@${DIGEST}`, `a b@${DIGEST}`])
    expect(isPinnedImage(image), image).toBe(false);
});

test('a container has no capabilities, no network, no root user and a read-only file system', () => {
  const command = dockerCommand({}, options).join(' ');
  for (const flags of [
    '--cap-drop ALL',
    '--security-opt no-new-privileges',
    '--read-only',
    '--network none',
    '--pids-limit 256 --memory 268435456 --memory-swap 268435456',
    '--pull never',
  ])
    expect(command).toContain(flags);
  expect(containerUser().uid).toBeGreaterThan(0);
  expect(command).toMatch(/--env MODEL ghcr\.io\/acme\/scorer@sha256:a+$/);
});

test('what a module is allowed is a mount or the network of the container', () => {
  const allow = { read: ['./models'], write: ['/data'], network: true };
  const command = dockerCommand({ allow, limits: { memory: 1000 } }, options).join(' ');
  expect(command).toContain('type=bind,source=/app/models,target=/app/models,readonly');
  expect(command).toContain('type=bind,source=/data,target=/data ');
  expect(command).toContain('--network bridge');
  expect(command).toContain('--memory 1000');
});
