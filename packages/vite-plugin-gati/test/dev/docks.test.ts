import { expect, test } from 'vitest';
import { registerDocks } from '../../src/dev/panel/dock.ts';
import { createPlugins } from '../../src/plugins/create-plugins.ts';
import { createContext } from '../../src/context.ts';

test('the docks are a group with one frame, whose pages the panel announces', () => {
  const entries: Record<string, unknown>[] = [];
  registerDocks({ docks: { register: (entry) => entries.push(entry) } });
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
