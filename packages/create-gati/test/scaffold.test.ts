import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, describe, expect, test } from 'vitest';
import { scaffold } from '../src/scaffold.ts';
import { addedDependencies, findTemplate, TEMPLATES } from '../src/templates.ts';

const templates = fileURLToPath(new URL('../../../templates', import.meta.url));

let directory: string;
beforeEach(() => {
  directory = temporaryFolder('create');
});

const write = (template: string, force = false): string[] =>
  scaffold({
    directory,
    packageName: 'shop',
    source: path.join(templates, template),
    version: '3.2.1',
    force,
  });
const read = (file: string): string => fs.readFileSync(path.join(directory, file), 'utf8');

test('offers exactly the folders of templates/', () => {
  expect(TEMPLATES.map(({ name }) => name).sort()).toEqual(fs.readdirSync(templates).sort());
});

describe.each(TEMPLATES.map(({ name }) => name))('the template %s', (template) => {
  test('gets the name of the app and the version of Gati', () => {
    const files = write(template);
    expect(files).toEqual(
      expect.arrayContaining([
        '.gitignore',
        'README.md',
        'package.json',
        'src/gati-env.d.ts',
        'vite.config.ts',
      ]),
    );
    expect(files.every((file) => fs.existsSync(path.join(directory, file)))).toBe(true);
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    expect(manifest['name']).toBe('shop');
    expect(manifest['devDependencies']).toMatchObject({
      'vite-plugin-gati': '^3.2.1',
      '@gati/runtime-h3': '^3.2.1',
    });
    expect(Object.keys(manifest['scripts']!)).toEqual(
      expect.arrayContaining(['dev', 'build', 'start', 'test']),
    );
    expect(read('README.md').split('\n')[0]).toBe('# shop');
    expect(read('.gitignore')).toContain('.gati');
  });
});

describe('scaffold in a folder with files', () => {
  beforeEach(() => fs.writeFileSync(path.join(directory, 'README.md'), 'mine'));

  test('throws GATI_CREATE_NOT_EMPTY and changes nothing', () => {
    expect(() => write('minimal')).toThrow(
      expect.objectContaining({ code: 'GATI_CREATE_NOT_EMPTY', exitCode: 1 }),
    );
    expect(fs.readdirSync(directory)).toEqual(['README.md']);
    expect(read('README.md')).toBe('mine');
  });

  test('with force, replaces files of the same name and keeps all others', () => {
    fs.writeFileSync(path.join(directory, 'other.txt'), 'mine');
    write('minimal', true);
    expect(read('README.md')).toContain('# shop');
    expect(read('other.txt')).toBe('mine');
  });
});

test('treats a folder with only .git as empty', () => {
  fs.mkdirSync(path.join(directory, '.git'));
  expect(write('minimal')).toContain('package.json');
});

test('does not copy node_modules, dist and .gati of a template', () => {
  const source = temporaryFolder('template');
  fs.cpSync(path.join(templates, 'minimal'), source, { recursive: true });
  for (const made of ['node_modules', 'dist', '.gati']) {
    fs.mkdirSync(path.join(source, made));
    fs.writeFileSync(path.join(source, made, 'file'), '');
  }
  expect(scaffold({ directory, packageName: 'shop', source, version: '1.0.0' })).toEqual(
    expect.not.arrayContaining([expect.stringMatching(/node_modules|dist|\.gati\//)]),
  );
});

test.each([
  ['20.19.0', 'payments', { libsql: '^0.5.29' }],
  ['22.13.0', 'payments', {}],
  ['20.19.0', 'minimal', {}],
])('on Node %s, an app from %s gets the SQLite that it needs', (node, template, added) => {
  expect(addedDependencies(findTemplate(template), node)).toEqual(added);
  scaffold({
    directory,
    packageName: 'shop',
    source: path.join(templates, template),
    version: '3.2.1',
    added,
  });
  const { devDependencies } = JSON.parse(read('package.json')) as {
    devDependencies: Record<string, string>;
  };
  expect(devDependencies['libsql']).toBe((added as Record<string, string>)['libsql']);
});
