import fs from 'node:fs';
import path from 'node:path';
import { packageFolder } from './native-packages.ts';

/** A package whose code a build contains. */
export interface BundledPackage {
  name: string;
  version: string;
  /** SPDX expression of its `package.json`. */
  license?: string;
}

/** Packages by their folder. */
export type BundledPackages = Map<string, BundledPackage>;

/** Adds the packages of the modules whose code is in a bundle. */
export function addBundled(packages: BundledPackages, modules: Iterable<string>): void {
  const folders = new Set<string>();
  for (const id of modules) {
    const folder = packageFolder(id);
    if (folder !== undefined) folders.add(folder);
  }
  for (const folder of folders) addFolder(packages, folder);
}

/** Adds the packages that the build copied beside the bundle, with the packages in them. */
export function addCopied(packages: BundledPackages, nodeModules: string): void {
  if (!fs.existsSync(nodeModules)) return;
  for (const file of fs.readdirSync(nodeModules, { recursive: true, encoding: 'utf8' })) {
    if (path.basename(file) !== 'package.json') continue;
    const whole = path.join(nodeModules, file);
    // Packages have such files in their folders too.
    if (packageFolder(whole) === path.dirname(whole)) addFolder(packages, path.dirname(whole));
  }
}

/** Prints the list, sorted and each package once. */
export function printPackages(packages: BundledPackages): string {
  const byName = new Map([...packages.values()].map((one) => [`${one.name}@${one.version}`, one]));
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  return `${JSON.stringify({ packages: sorted }, undefined, 2)}\n`;
}

function addFolder(packages: BundledPackages, folder: string): void {
  if (packages.has(folder)) return;
  const file = path.join(folder, 'package.json');
  if (!fs.existsSync(file)) return;
  const { name, version, license } = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<
    Record<keyof BundledPackage, unknown>
  >;
  if (typeof name !== 'string' || typeof version !== 'string') return;
  packages.set(folder, { name, version, ...(typeof license === 'string' && { license }) });
}
