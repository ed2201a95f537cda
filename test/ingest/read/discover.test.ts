import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Discovery, discover, wasLookedFor } from '../../../src/ingest/read/discover.ts';
import { besideReader } from '../../../src/ingest/read/source-file.ts';
import { fakeAgent } from '../fake-agent.ts';

let dir: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'turnpress-discover-')));
});
afterEach(() => {
  chmodSync(dir, 0o700);
  rmSync(dir, { recursive: true, force: true });
});

function put(path: string, text = 'x'): string {
  const full = join(dir, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, text);
  return full;
}

function look(...paths: string[]): Discovery {
  return discover([fakeAgent], { paths, home: dir, env: {} });
}

function names(found: Discovery): string[] {
  return found.files.map((file) => relative(dir, file.path));
}

describe('discovery', () => {
  it('finds files by name below a folder, sorted', () => {
    put('b/2.fake');
    put('a/deep/1.fake');
    put('a/notes.txt');
    expect(names(look(dir))).toEqual(['a/deep/1.fake', 'b/2.fake']);
  });

  it('takes a named file whatever it is called', () => {
    const path = put('session.backup');
    expect(look(path).files).toMatchObject([{ path, named: true, size: 1 }]);
  });

  it('looks where agents keep their sessions when nothing is named', () => {
    put('.fake/1.fake');
    const found = discover([fakeAgent], { home: dir, env: {} });
    expect(names(found)).toEqual(['.fake/1.fake']);
    expect(discover([fakeAgent], { home: join(dir, 'elsewhere'), env: {} })).toMatchObject({ files: [], problems: [] });
  });

  it('finds a file once when two folders hold it', () => {
    put('a/1.fake');
    expect(names(look(dir, join(dir, 'a'), join(dir, 'a/1.fake')))).toEqual(['a/1.fake']);
  });

  it('says when a named path is not there', () => {
    expect(look(join(dir, 'none')).problems).toMatchObject([{ code: 'NO_SUCH_PATH' }]);
  });

  it('follows no symbolic link inside a folder, but the one that was named', () => {
    put('real/1.fake');
    symlinkSync(join(dir, 'real'), join(dir, 'link'));
    put('other/2.fake');
    symlinkSync(join(dir, 'real', '1.fake'), join(dir, 'other', '3.fake'));
    expect(names(look(join(dir, 'other')))).toEqual(['other/2.fake']);
    expect(names(look(join(dir, 'link')))).toEqual(['real/1.fake']);
  });

  it('tells a folder that could not be listed from one that is empty', () => {
    put('open/1.fake');
    put('shut/2.fake');
    chmodSync(join(dir, 'shut'), 0o000);
    const found = look(dir);
    const readable = names(found).length === 2;
    chmodSync(join(dir, 'shut'), 0o700);
    // A privileged user can list it all the same.
    if (readable) return;
    expect(found.problems).toMatchObject([{ code: 'UNLISTED_FOLDER', file: join(dir, 'shut') }]);
    expect(wasLookedFor(found, join(dir, 'shut/2.fake'))).toBe(false);
    expect(wasLookedFor(found, join(dir, 'open/9.fake'))).toBe(true);
  });

  it('has not looked for what lies outside the folders', () => {
    const found = look(put('a/1.fake'));
    expect(wasLookedFor(found, join(dir, 'a/2.fake'))).toBe(false);
  });

  it('claims nothing below a folder that failed', () => {
    const found: Discovery = { files: [], roots: ['/r'], unlisted: ['/r/shut'], problems: [] };
    expect([wasLookedFor(found, '/r/shut/1'), wasLookedFor(found, '/r/shutter/1')]).toEqual([false, true]);
  });
});

describe('files beside a source', () => {
  const read = (path: string) => {
    const seen: string[] = [];
    const bytes = besideReader(join(dir, 'root'), join(dir, 'root/p/session.fake'), (each) => seen.push(each))(path);
    return bytes === undefined ? undefined : [Buffer.from(bytes).toString(), seen.map((each) => relative(dir, each))];
  };

  it('are read inside the folder that was walked, and told', () => {
    put('root/p/beside.json', 'one');
    put('root/q/other.json', 'two');
    expect(read('beside.json')).toEqual(['one', ['root/p/beside.json']]);
    expect(read('../q/other.json')).toEqual(['two', ['root/q/other.json']]);
  });

  it('are never read outside of it, but for a list of lines directly beside it', () => {
    put('auth.json', 'secret');
    put('index.jsonl', 'titles');
    put('root/p/x', 'x');
    for (const path of ['../../auth.json', '../../../etc/passwd', join(dir, 'auth.json'), '..', '../..', 'a\0b', '']) {
      expect(read(path)).toBeUndefined();
    }
    expect(read('../../index.jsonl')?.[0]).toBe('titles');
  });

  it('are not there when a symbolic link or a folder stands in the way', () => {
    put('secret', 'secret');
    put('root/p/real/file', 'x');
    symlinkSync(join(dir, 'secret'), join(dir, 'root/p/link'));
    symlinkSync(dir, join(dir, 'root/p/folder'));
    expect([read('link'), read('folder/secret'), read('real'), read('none')]).toEqual(Array(4).fill(undefined));
  });
});
