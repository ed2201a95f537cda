import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Entry {
  readonly version?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly resolved?: string;
  readonly integrity?: string;
}

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Entry>>;
};
const entries = Object.entries(lock.packages).filter(([path, entry]) => path !== '' && entry.link !== true);

/**
 * Programs for other machines. The design fixes the version of Pagefind, and the registry that the lock was made from holds no copy of
 * these five, so nobody here could say what hash they have. `npm ci` cannot install them unchecked on a machine of ours.
 */
const UNKNOWN: readonly string[] = ['darwin-arm64', 'darwin-x64', 'freebsd-x64', 'windows-arm64', 'windows-x64'].map(
  (platform) => `node_modules/@pagefind/${platform}@1.6.0`,
);

it('the lock file pins every package by the hash of its bytes, but for those that are listed here', () => {
  const missing = entries.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''));
  expect(missing.map(([path, { version }]) => `${path}@${version}`).sort()).toEqual(UNKNOWN);
});

it('the lock file leaves out the hash of nothing that a machine would have to install', () => {
  const unpinned = entries.filter(([, { integrity }]) => integrity === undefined);
  for (const [path, { optional, os }] of unpinned)
    expect({ path, optional, bound: (os ?? []).length > 0 }).toEqual({ path, optional: true, bound: true });
});

it('the lock file takes packages from the registry only', () => {
  const elsewhere = entries.filter(
    ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
  );
  expect(elsewhere.map(([path]) => path)).toEqual([]);
});
