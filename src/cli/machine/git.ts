/** What the git repository around an archive holds and where it goes to, asked of git itself. */
/** Reads only, and without what a repository's own configuration would have git run. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Files below `paths` that the repository around `dir` tracks, sorted. Undefined: no repository, or no git. */
export function listTrackedPrivate(dir: string, paths: readonly string[]): readonly string[] | undefined {
  if (ask(dir, ['rev-parse', '--git-dir']) === undefined) return undefined;
  const there = paths.filter((path) => existsSync(path));
  // one by one: git refuses a whole list in which one path is outside
  const files = there.flatMap((path) => ask(dir, ['ls-files', '-z', '--', path])?.split('\0') ?? []);
  return files.filter((path) => path !== '').sort();
}

/** Names and addresses of its remotes, without passwords. */
export function listRemotes(dir: string): readonly string[] {
  const lines = ask(dir, ['remote', '-v'])?.split('\n') ?? [];
  const names = lines.flatMap((line) => {
    const [name, address] = line.split(/\s+/);
    return name === undefined || address === undefined ? [] : [`${name} (${address.replace(/\/\/[^@/]*@/, '//')})`];
  });
  return [...new Set(names)];
}

function ask(dir: string, args: readonly string[]): string | undefined {
  if (!existsSync(dir)) return undefined;
  try {
    return execFileSync('git', ['-C', dir, '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch {
    return undefined; // no git, no repository, or one that git will not open: nothing can be said
  }
}
