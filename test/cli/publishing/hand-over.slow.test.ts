/** `publish --to`: the site as it stands goes to a folder or a branch, nothing else does, and nothing of anybody else is touched. */
/** Git is the real one, with a repository beside that plays the host. */

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlace, type Place } from '../../whole/command-line.ts';
import { claudePath, claudeSession } from '../../whole/sessions.ts';

let place: Place;

beforeEach(async () => {
  place = openPlace();
  for (const word of ['apple', 'plum']) {
    const session = claudeSession(word, { cwd: `/srv/code/${word}` });
    session.prompt(`Plant the ${word} tree`);
    session.answer([{ type: 'text', text: `The ${word} tree is planted.` }]);
    place.write(claudePath(session.id, `-srv-code-${word}`), session.text());
  }
  rules('apple', 'plum');
  await run(0, 'init', '.', '--origin', 'test.example/orchard');
  await run(0, 'ingest', '--settle');
});
afterEach(() => place.close());

function rules(...words: readonly string[]): void {
  place.configure({ publish: words.map((word) => ({ project: `/srv/code/${word}`, visibility: 'public' })) });
}

async function run(code: number, ...argv: readonly string[]) {
  const ran = await place.inside(...argv).catch((error: unknown) => ({ code: 2, out: '', err: String(error) }));
  expect([argv.join(' '), ran.code, ran.err]).toEqual([argv.join(' '), code, ran.err]);
  return ran;
}

/** Path → bytes of all files below. */
function filesBelow(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path, 'latin1')]));
}

function site(...without: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...filesBelow(place.site)].filter(([path]) => !without.includes(path)));
}

describe('publish --to a folder', () => {
  it('copies what changed, removes what is gone, and leaves alone what is not ours', async () => {
    const www = join(place.folder, 'www');
    await run(0, 'publish', '--yes', '--to', 'www');
    writeFileSync(join(www, 'mine.txt'), 'mine');
    writeFileSync(join(www, 'c', 'mine.txt'), 'mine');
    const copied = (): ReadonlyMap<string, string> =>
      new Map([...filesBelow(www)].filter(([path]) => !/mine\.txt$|^\.turnpress-files$/.test(path)));
    expect(copied()).toEqual(site());
    expect((await run(0, 'publish', '--to', 'www')).out).toContain(
      'www holds the site: 0 files new or changed, 0 files removed',
    );
    rules('apple');
    expect((await run(0, 'publish', '--to', 'www')).out).toMatch(/[1-9]\d* files removed/);
    expect(copied()).toEqual(site());
    expect([...copied().values()].some((text) => text.includes('Plant the plum'))).toBe(false);
    expect(readFileSync(join(www, 'c', 'mine.txt'), 'utf8')).toBe('mine');
  });

  it.each([
    [
      'that holds something else',
      (folder: string) => writeFileSync(join(folder, 'index.html'), 'other'),
      /holds something else/,
    ],
    [
      'that holds another site',
      (folder: string) => writeFileSync(join(folder, 'build.json'), '{"build":"1","site":"2","visibility":"public"}'),
      /holds something else/,
    ],
  ])('refuses one %s', async (_, fill, says) => {
    const www = join(place.folder, 'www');
    mkdirSync(www);
    fill(www);
    const before = filesBelow(www);
    expect((await run(2, 'publish', '--yes', '--to', 'www')).err).toMatch(says);
    expect(filesBelow(www)).toEqual(before);
  });

  it('refuses the archive, the site and what neither is', async () => {
    await run(0, 'publish', '--yes');
    for (const to of ['archive', 'archive/www', '.', '_site', '_site/www', 'ftp://example.org', 'git:', ''])
      expect((await run(2, 'publish', '--to', to)).err, to).toMatch(
        /lie in each other|lies in the archive|holds something else|--to takes/,
      );
    expect(existsSync(join(place.archive, 'www'))).toBe(false);
  });

  it('never puts an older log in place of a newer one, nor another', async () => {
    const [www, checkpoint] = [join(place.folder, 'www'), join(place.folder, 'www', 'archive', 'log', 'checkpoint')];
    await run(0, 'publish', '--yes', '--to', 'www');
    const text = readFileSync(checkpoint, 'utf8');
    writeFileSync(
      checkpoint,
      text.replace(/\n(\d+)\n/, (_, n: string) => `\n${Number(n) + 1}\n`),
    );
    const before = filesBelow(www);
    expect((await run(2, 'publish', '--to', 'www')).err).toContain('a later publish of this archive');
    writeFileSync(checkpoint, text.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${'A'.repeat(43)}=\n`));
    expect((await run(2, 'publish', '--to', 'www')).err).toContain('contradicts');
    writeFileSync(checkpoint, text);
    rules('apple');
    await run(0, 'publish', '--to', 'www');
    expect(before.size).toBeGreaterThan(0);
  });

  it('writes through no link', async () => {
    const [www, elsewhere] = [join(place.folder, 'www'), join(place.folder, 'elsewhere')];
    await run(0, 'publish', '--yes', '--to', 'www');
    mkdirSync(elsewhere);
    execFileSync('rm', ['-r', join(www, 'c')]);
    symlinkSync(elsewhere, join(www, 'c'));
    await run(2, 'publish', '--to', 'www');
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});

describe('publish --to a branch', () => {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: place.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });

  beforeEach(() => {
    git('init', '--quiet', '--initial-branch', 'main');
    git('init', '--quiet', '--bare', 'host.git');
    git('remote', 'add', 'origin', join(place.folder, 'host.git'));
    place.write('.gitattributes', '* text eol=crlf\n');
    git('add', '.gitattributes');
    git('commit', '--quiet', '-m', 'first');
  });

  it('makes one commit that holds the site byte for byte and nothing else, and pushes it', async () => {
    const status = git('status', '--porcelain', '--ignored');
    const said = await run(0, 'publish', '--yes', '--to', 'git:origin/pages');
    expect(said.out).toContain('branch pages of origin holds the site');
    const host = join(place.folder, 'host.git');
    const out = join(place.folder, 'checked-out');
    mkdirSync(out);
    execFileSync('sh', ['-c', `git -C '${host}' archive pages | tar -x -C '${out}'`]);
    expect(new Map([...filesBelow(out)].filter(([path]) => path !== '.nojekyll'))).toEqual(site());
    execFileSync('rm', ['-r', out]);
    expect(git('status', '--porcelain', '--ignored').replace(/^.*_site\/\n/m, '')).toBe(status);
    const first = git('rev-parse', 'pages');
    await run(0, 'publish', '--to', 'git:origin/pages');
    expect(git('rev-parse', 'pages')).toBe(first);
    rules('apple');
    await run(0, 'publish', '--to', 'git:origin/pages');
    expect(git('rev-parse', 'pages^')).toBe(first);
    expect(git('ls-tree', '-r', '--name-only', 'pages')).not.toMatch(/private\//);
  });

  it('never puts an older log in place of a newer one', async () => {
    await run(0, 'publish', '--yes', '--to', 'git:pages');
    const newer = readFileSync(join(place.site, 'archive', 'log', 'checkpoint'), 'utf8').replace(/\n(\d+)\n/, '\n99\n');
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
      cwd: place.folder,
      input: newer,
      encoding: 'utf8',
    });
    const index = { ...process.env, GIT_INDEX_FILE: join(place.folder, 'other-index') };
    const inIndex = (...args: readonly string[]): string =>
      execFileSync('git', args, { cwd: place.folder, env: index, encoding: 'utf8' }).trim();
    inIndex('read-tree', 'pages');
    inIndex('update-index', '--cacheinfo', `100644,${blob.trim()},archive/log/checkpoint`);
    git('update-ref', 'refs/heads/pages', git('commit-tree', '-p', 'pages', '-m', 'x', inIndex('write-tree')).trim());
    expect((await run(2, 'publish', '--to', 'git:pages')).err).toContain('a later publish of this archive');
  });

  it('refuses one that somebody works on, one that holds something else, and what is no name', async () => {
    git('branch', 'other');
    for (const to of ['git:main', 'git:other', 'git:a..b'])
      expect((await run(2, 'publish', '--yes', '--to', to)).err, to).toMatch(
        /is checked out|holds something else|no name of a branch/,
      );
    expect(git('rev-parse', 'other')).toBe(git('rev-parse', 'main'));
  });
});

describe('publish --to netlify', () => {
  /** A program of that name which writes down what it was asked, and ends so. */
  const withNetlify = async (code: number, work: () => Promise<void>): Promise<readonly string[]> => {
    place.write('bin/netlify', `#!/bin/sh\npwd > asked; for each; do echo "$each"; done >> asked; exit ${code}\n`);
    chmodSync(join(place.folder, 'bin', 'netlify'), 0o755);
    const { PATH } = process.env;
    process.env.PATH = `${join(place.folder, 'bin')}:${PATH}`;
    try {
      await work();
    } finally {
      process.env.PATH = PATH;
    }
    return readFileSync(join(place.folder, 'asked'), 'utf8').trim().split('\n');
  };

  it('gives its program the built site and nothing to build', async () => {
    const asked = await withNetlify(0, async () => {
      expect((await run(0, 'publish', '--yes', '--to', 'netlify')).out).toContain('Netlify has the site');
    });
    expect(asked).toEqual([place.folder, 'deploy', '--prod', '--no-build', '--dir', place.site]);
  });

  it('says how that ended when it did not go well, and what to type when there is no such program', async () => {
    await withNetlify(3, async () => {
      expect((await run(2, 'publish', '--yes', '--to', 'netlify')).err).toContain('ended with 3');
    });
    const { PATH } = process.env;
    process.env.PATH = place.folder;
    try {
      expect((await run(2, 'publish', '--yes', '--to', 'netlify')).err).toContain('npm install --global netlify-cli');
    } finally {
      process.env.PATH = PATH;
    }
  });
});
