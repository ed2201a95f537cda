/** The bundle: a clone runs it only while it says what the sources say, and the published package is nothing else. */
/** A copy of the sources stands for a clone, and what npm packs of it, with the packages that users install, for the package. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DOES_WITHOUT, roomsOf, watchLoading } from '../cli/loaded-files.ts';

const root = join(import.meta.dirname, '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'turnpress-bundle-'));
const clone = join(scratch, 'clone');
const user = join(scratch, 'user');
const installed = join(user, 'node_modules', 'turnpress');
const env = { PATH: process.env.PATH, HOME: join(scratch, 'home'), NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };

beforeAll(() => {
  for (const name of [
    'bin',
    'src',
    'templates',
    'docs',
    'content',
    'archive',
    'package.json',
    'package-lock.json',
    'CHANGELOG.md',
  ])
    cpSync(join(root, name), join(clone, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  mkdirSync(env.HOME);
  prepare('--must');
  const [{ filename = '' } = {}] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', scratch], {
      cwd: clone,
      env,
      encoding: 'utf8',
    }).replace(/^[^[]*/, ''),
  ) as { filename: string }[];
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xf', join(scratch, filename), '-C', installed, '--strip-components', '1']);
  installDependencies();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function prepare(...args: readonly string[]) {
  return spawnSync(process.execPath, [join(clone, 'bin/prepare.js'), ...args], { env, encoding: 'utf8' });
}

/** What `npm install --omit=dev` would put there, from the lock file. */
function installDependencies(): void {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  for (const [path, { dev }] of Object.entries(packages)) {
    if (path === '' || dev === true || path.lastIndexOf('node_modules/') > 0) continue;
    const from = join(root, path);
    if (statSync(from, { throwIfNoEntry: false }) === undefined) continue; // of another platform
    mkdirSync(dirname(join(user, path)), { recursive: true });
    cpSync(from, join(user, path), { recursive: true });
  }
}

/** Which code a start of the clone runs. */
function runs(): 'bundle' | 'sources' {
  const { loaded } = watchLoading(join(clone, 'bin/turnpress.js'), '--version');
  if (loaded.some((url) => url.endsWith('/dist/main.js'))) return 'bundle';
  expect(loaded).toContainEqual(expect.stringMatching(/\/src\/cli\/main\.ts$/));
  return 'sources';
}

describe('in a clone', () => {
  const version = join(clone, 'src/cli/version.ts');
  const kept = join(scratch, 'kept');

  const note = join(clone, 'dist/made-from.json');
  let noted: string;
  beforeEach(() => {
    noted = readFileSync(note, 'utf8');
  });
  /** As if the bundle had just been made again: what a test did to `version` is noted. */
  afterEach(() => {
    const rows = JSON.parse(noted) as [string, number, number, number | null][];
    const { size, mtimeMs, ctimeMs } = statSync(version);
    const renewed = rows.map((row) => (row[0] === 'src/cli/version.ts' ? [row[0], size, mtimeMs, ctimeMs] : row));
    writeFileSync(note, JSON.stringify(renewed));
    expect(runs()).toBe('bundle');
  });

  it('loads for a command no more than the sources do', () => {
    for (const [command, others] of DOES_WITHOUT) {
      const { loaded } = watchLoading(join(clone, 'bin/turnpress.js'), command);
      const files = loaded.filter((url) => url.includes('/clone/dist/'));
      const sources = files.flatMap((url) => sourcesOf(new URL(url).pathname));
      const rooms = roomsOf([...loaded, ...sources.map((source) => `/${source.replace(/^(?:\.\.\/)+/, '')}`)]);
      expect([...rooms], command).toEqual(expect.arrayContaining(['cli', 'base']));
      expect(
        others.filter((name) => rooms.has(name)),
        command,
      ).toEqual([]);
      expect(files.length, command).toBeLessThan(60);
    }
  });

  it.each<[string, () => void]>([
    ['is edited', () => writeFileSync(version, `${readFileSync(version, 'utf8')}\n`)],
    [
      'is edited to the same size and given its old time',
      () => {
        const { atime, mtime } = statSync(version);
        writeFileSync(version, readFileSync(version, 'utf8').replace('Which', 'which'));
        utimesSync(version, atime, mtime);
      },
    ],
    ['gets older, as an old checkout makes it', () => utimesSync(version, 1, 1)],
    [
      'is deleted and comes back',
      () => {
        renameSync(version, kept);
        cpSync(kept, version);
      },
    ],
    [
      'of a package is another version',
      () => {
        writeFileSync(note, noted.replace(/(commander\/package\.json",)\d+/, '$17'));
      },
    ],
    ['of the note is cut off', () => writeFileSync(note, '[["src')],
  ])('runs the sources when a file %s', (_, change) => {
    change();
    expect(runs()).toBe('sources');
  });

  it('runs what was edited', () => {
    const text = readFileSync(version, 'utf8');
    writeFileSync(version, text.replace('return manifest.version', "return 'edited'"));
    const ran = spawnSync(process.execPath, [join(clone, 'bin/turnpress.js'), '--version'], { env, encoding: 'utf8' });
    expect(ran.stdout).toContain('edited');
    writeFileSync(version, text);
  });

  it('is made by several at once, over what a stopped one left, and where there is no bundler only when it must be', async () => {
    writeFileSync(version, `${readFileSync(version, 'utf8')}\n`);
    mkdirSync(join(clone, '.dist-1'));
    utimesSync(join(clone, '.dist-1'), 1, 1);
    const several = Array.from({ length: 2 }, () =>
      spawn(process.execPath, [join(clone, 'bin/prepare.js')], { env, stdio: 'ignore' }),
    );
    expect(await Promise.all(several.map(exitOf))).toEqual([0, 0]);
    expect(runs()).toBe('bundle');
    expect(readdirSync(clone).filter((name) => name.startsWith('.dist'))).toEqual([]);
    noted = readFileSync(note, 'utf8');
    writeFileSync(version, `${readFileSync(version, 'utf8')}\n`);
    rmSync(join(clone, 'node_modules'));
    mkdirSync(join(clone, 'node_modules'));
    try {
      expect(prepare()).toMatchObject({ status: 0, stderr: expect.stringContaining('runs from its sources') });
      expect(prepare('--must').status).toBe(1);
    } finally {
      rmSync(join(clone, 'node_modules'), { recursive: true });
      symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    }
  });

  it('tells a mistake of ours in functions and lines of the sources', () => {
    const hook = join(scratch, 'mistake.mjs');
    writeFileSync(hook, "process.cwd = () => { throw new TypeError('a mistake'); };\n");
    const program = [join(clone, 'bin/turnpress.js'), 'log'];
    const ran = spawnSync(process.execPath, ['--import', pathToFileURL(hook).href, ...program], {
      env,
      encoding: 'utf8',
    });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/TypeError: a mistake[\s\S]*\(?src\/cli\/main\.ts:\d+:\d+/);
  });
});

/** By its map; a file that only names others has none. */
function sourcesOf(file: string): readonly string[] {
  if (!existsSync(`${file}.map`)) return [];
  return (JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] }).sources;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

describe('the package', () => {
  const turnpress = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(installed, 'bin/turnpress.js'), ...args], { cwd: user, env, encoding: 'utf8' });

  it('holds the bundle with the licences of what is in it, and neither sources nor the note of a clone', () => {
    expect(readdirSync(installed).sort()).toEqual(
      ['CHANGELOG.md', 'bin', 'content', 'dist', 'docs', 'package.json', 'templates'].sort(),
    );
    expect(readdirSync(join(installed, 'bin')).sort()).toEqual(['bundled.js', 'turnpress.js']);
    expect(readdirSync(join(installed, 'dist'))).not.toContain('made-from.json');
    const licences = readFileSync(join(installed, 'dist/licences.txt'), 'utf8');
    for (const name of ['commander', 'valibot', 'feedsmith', 'nunjucks', 'markdown-it'])
      expect(licences).toMatch(new RegExp(`^(?:@11ty/)?${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
  });

  it('builds the public site that the sources build, byte for byte', () => {
    // not beside our templates, which would count as the user's own
    for (const name of ['archive', 'content']) cpSync(join(clone, name), join(user, name), { recursive: true });
    const built = turnpress('build', '--public', '--output', 'site');
    expect(built.status, built.stderr).toBe(0);
    const sources = [join(clone, 'src/cli/main.ts'), 'build', '--public', '--output', 'others'];
    const ran = spawnSync(process.execPath, sources, { cwd: user, env, encoding: 'utf8' });
    expect(ran.status, ran.stderr).toBe(0);
    const files = readAll(join(user, 'site'));
    expect(files.size).toBeGreaterThan(100);
    const others = readAll(join(user, 'others'));
    expect([...files.keys()]).toEqual([...others.keys()]);
    for (const [path, bytes] of files) expect(others.get(path)?.equals(bytes), path).toBe(true);
  });

  it('reads sessions, searches them, serves the site and checks one of its pages', async () => {
    cpSync(join(clone, 'content/demo-sessions'), join(user, 'sessions'), { recursive: true });
    const ingested = turnpress('ingest', 'sessions');
    expect(ingested.status, ingested.stderr).toBe(0);
    expect(turnpress('build').status).toBe(0);
    expect(JSON.parse(turnpress('search', 'the', '--json').stdout)).not.toEqual([]);
    const server = spawn(
      process.execPath,
      [join(installed, 'bin/turnpress.js'), 'serve', '--public', '--output', join(user, 'site'), '--port', '0'],
      { cwd: user, env },
    );
    try {
      const address = await new Promise<string>((resolve) => {
        let said = '';
        for (const stream of [server.stdout, server.stderr])
          stream.setEncoding('utf8').on('data', (text: string) => {
            said += text;
            const [found] = /http:\/\/[\w.:[\]]+\//.exec(said) ?? [];
            if (found !== undefined) resolve(found);
          });
      });
      const home = await (await fetch(address)).text();
      const [, page] = /href="(\/c\/[^"#]+)"/.exec(home) ?? [];
      const checked = turnpress('check', new URL(page ?? '', address).href, '--allow-host', new URL(address).hostname);
      expect(checked.status, checked.stderr + checked.stdout).toBe(0);
    } finally {
      server.kill();
      await exitOf(server);
    }
  });
});

function readAll(folder: string): ReadonlyMap<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [path.slice(folder.length), readFileSync(path)]));
}
