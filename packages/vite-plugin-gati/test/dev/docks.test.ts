import { expect, test } from 'vitest';
import { registerDocks } from '../../src/dev/panel/dock.ts';
import { createPlugins } from '../../src/plugins/create-plugins.ts';
import { createContext } from '../../src/context.ts';

test('the docks are a group with one frame, whose pages the panel announces', () => {
  const entries: Record<string, unknown>[] = [];
  registerDocks({ docks: { register: (entry) => entries.push(entry) } }, () => 'secret');
  const [group, frame] = entries;
  expect(group).toMatchObject({ id: 'gati', type: 'group', defaultChildId: frame!['id'] });
  expect(frame).toMatchObject({
    type: 'iframe',
    url: '/_control/?in=vite-devtools',
    groupId: group!['id'],
    frameId: 'gati',
    subTabs: { protocol: 'postmessage' },
  });
  // Names of Iconify would be loaded from another server.
  for (const { icon } of entries) expect(icon).toMatch(/^data:image\/svg\+xml,/);
});

test.each([
  ['requires a code of its clients', { config: { clientAuth: true } }, '#token=secret'],
  ['has its defaults', { config: {} }, '#token=secret'],
  ['trusts every client', { config: { clientAuth: false } }, ''],
  ['has unknown settings', undefined, ''],
])('the frame is logged in if Vite DevTools %s', (_text, devtools, fragment) => {
  const urls: unknown[] = [];
  const register = ({ url }: Record<string, unknown>): number => urls.push(url);
  registerDocks({ docks: { register }, viteConfig: { devtools } }, () => 'secret');
  expect(urls).toContain(`/_control/?in=vite-devtools${fragment}`);
});

test('the frame is not logged in if the environment lets Vite DevTools trust every client', () => {
  process.env['VITE_DEVTOOLS_DISABLE_CLIENT_AUTH'] = 'true';
  const urls: unknown[] = [];
  const register = ({ url }: Record<string, unknown>): number => urls.push(url);
  const viteConfig = { devtools: { config: { clientAuth: true } } };
  registerDocks({ docks: { register }, viteConfig }, () => 'secret');
  expect(urls).toContain('/_control/?in=vite-devtools');
});

test('Vite DevTools gets no docks in a build, or from a server without the panel', async () => {
  const plugins = createPlugins(createContext({}));
  const [{ devtools }] = plugins.filter((plugin) => 'devtools' in plugin) as unknown as [
    { devtools: { capabilities: unknown; setup(context: object): Promise<void> } },
  ];
  expect(devtools.capabilities).toEqual({ build: false });
  const entries: object[] = [];
  await devtools.setup({ docks: { register: (entry: object) => entries.push(entry) } });
  expect(entries).toEqual([]);
});
