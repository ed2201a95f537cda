/** What `git add -A` takes of a folder in which people work with turnpress: nothing that is private. */
/** In real repositories of several shapes; skipped where there is no git. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlace, type Place } from './command-line.ts';
import { claudePath, claudeSession } from './sessions.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;
const SECRET = 'canary-in-the-agents-own-file';

describe.skipIf(!hasGit)('in a git repository (skipped: there is no git)', () => {
  let place: Place;
  beforeEach(() => {
    place = openPlace();
    const s = claudeSession('garden', { cwd: '/srv/code/garden' });
    s.prompt(`Plant a tree, ${SECRET}`);
    s.answer([{ type: 'text', text: 'It grows.' }]);
    place.write(claudePath(s.id, '-srv-work-garden'), s.text());
  });
  afterEach(() => place.close());

  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', place.folder, ...args], {
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    });
  /** The paths in the next commit, and all that they hold. */
  const added = (): { readonly paths: readonly string[]; readonly text: string } => {
    git('add', '-A');
    const paths = git('ls-files', '-z')
      .split('\0')
      .filter((path) => path !== '' && !path.startsWith('home/'));
    return { paths, text: paths.map((path) => readFileSync(join(place.folder, path), 'latin1')).join('\n') };
  };
  const run = async (...argv: readonly string[]): Promise<void> => {
    const ran = await place.inside(...argv);
    expect(ran.code, ran.err).toBe(0);
  };

  const shapes: readonly {
    readonly name: string;
    readonly options: readonly string[];
    readonly before?: () => void;
  }[] = [
    { name: 'an empty one', options: [] },
    {
      name: 'one that has a .gitignore already',
      options: [],
      before: () => place.write('.gitignore', 'dist/\n'),
    },
    {
      name: 'one whose .gitignore takes files back that others ignore',
      options: [],
      before: () => place.write('.gitignore', 'dist/\n!private/\n!archive/private/\n!_private/\n!**/*.db\n'),
    },
    {
      name: 'one in which the archive is in a folder with a .gitignore of its own, and the site elsewhere',
      options: ['--archive', 'data/log/archive', '--output', 'data/look', '--config', 'data/site.json'],
      before: () => place.write('data/log/.gitignore', '*.log\n'),
    },
    {
      name: 'one where somebody had a .gitignore in the archive’s folder',
      options: [],
      before: () => place.write('archive/.gitignore', '# nothing\n'),
    },
  ];
  for (const { name, options, before } of shapes) {
    it(`nothing private is staged: ${name}`, async () => {
      git('init', '-q');
      before?.();
      await run('init', '.', ...options, '--origin', 'test.example/git');
      await run('ingest', ...options);
      await run('build', ...options);
      await run('search', 'tree', ...options.slice(0, 2));
      const archive = options[1] ?? 'archive';
      const look = options[3] ?? '_private';
      expect(existsSync(join(place.folder, archive, 'private', 'sources'))).toBe(true);
      expect(existsSync(join(place.folder, look, 'index.html'))).toBe(true);
      const { paths, text } = added();
      expect(paths.filter((path) => path.includes('/private/') || path.startsWith(`${look}/`))).toEqual([]);
      expect(paths).toContain(`${archive}/archive.json`);
      expect(paths.some((path) => path.endsWith('/tile/payload/000'))).toBe(true);
      expect(text).not.toContain(SECRET);
    });
  }

  it('what an interrupted build leaves beside the private site is not staged', async () => {
    git('init', '-q');
    place.write('.gitignore', 'dist/\n');
    await run('init', '.', '--origin', 'test.example/git');
    await run('ingest');
    mkdirSync(join(place.folder, 'templates'));
    writeFileSync(join(place.folder, 'templates', 'search.njk'), '{% nonsense %}');
    await expect(place.inside('build', '--trust')).rejects.toThrow(/template/);
    expect(existsSync(join(place.folder, '_private.tmp'))).toBe(true);
    expect(added().paths.filter((path) => path.startsWith('_private'))).toEqual([]);
  });

  it('an archive of before is kept out by the next command that writes', async () => {
    git('init', '-q');
    place.write('.gitignore', 'dist/\n');
    await run('init', '.', '--origin', 'test.example/git');
    for (const file of ['.gitignore', '.gitattributes']) rmSync(join(place.archive, file));
    await run('ingest');
    const { paths } = added();
    expect(paths.filter((path) => path.includes('/private/'))).toEqual([]);
    expect(paths).toContain('archive/.gitignore');
  });

  it('no line end of the archive is changed, whatever git is told', async () => {
    git('init', '-q');
    git('config', 'core.autocrlf', 'true');
    await run('init', '.', '--origin', 'test.example/git');
    rmSync(join(place.folder, '.gitattributes'));
    await run('ingest');
    added();
    git('-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '-qm', 'one');
    const before = readFileSync(join(place.archive, 'archive.json'));
    rmSync(join(place.archive, 'archive.json'));
    git('checkout', '--', '.');
    expect(readFileSync(join(place.archive, 'archive.json'))).toEqual(before);
    await run('verify');
  });

  it('no site is built into the archive', async () => {
    await run('init', '.', '--origin', 'test.example/git');
    for (const output of ['archive', 'archive/site', 'archive/private/cache/site'])
      await expect(place.inside('build', '--output', output)).rejects.toThrow(/is in the archive/);
    await run('build', '--output', 'archive-site');
  });

  it('doctor says when something private is in it, and who gets the archive', async () => {
    git('init', '-q');
    await run('init', '.', '--origin', 'test.example/git');
    await run('ingest');
    await run('doctor');
    git('remote', 'add', 'origin', 'https://me:password@git.example.org/turns.git');
    const hint = await place.inside('doctor');
    expect(hint.out).toMatch(/hint {2}git: origin \(https:\/\/git\.example\.org\/turns\.git\) gets the whole archive/);
    git('add', '-f', 'archive/private/index.db');
    const bad = await place.inside('doctor');
    expect([bad.code, bad.out]).toEqual([2, expect.stringMatching(/bad {3}git: 1 private file .*git rm -r --cached/)]);
  });
});
