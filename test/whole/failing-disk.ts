/** A disk that fails on purpose: one call to the file system or to SQLite, of all that go to one folder, ends with an error code. */
/** Armed by a test for its own thread: what other threads do at that moment goes well. */

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import sqlite from 'node:sqlite';

export interface Fault {
  /** Only calls below this folder count, and all of SQLite's. */
  readonly root: string;
  /** Which call fails, from 1; 0: none. */
  readonly at: number;
  readonly code: string;
  /** Is told of each such call before it is made; what it does itself does not count. */
  readonly before?: (call: string) => void;
}

export interface Armed {
  /** What each call was, in order, without what differs from file to file. */
  readonly calls: readonly string[];
  disarm(): void;
}

/** What the system says of the same trouble to SQLite (https://www.sqlite.org/rescode.html). */
const SQLITE_CODES: Readonly<Record<string, number>> = { ENOSPC: 13, EIO: 10, EMFILE: 14 };

const FILE_CALLS = [
  ...[
    'openSync',
    'readSync',
    'readFileSync',
    'readdirSync',
    'opendirSync',
    'lstatSync',
    'fstatSync',
    'writeSync',
    'fsyncSync',
  ],
  ...[
    'renameSync',
    'mkdirSync',
    'linkSync',
    'ftruncateSync',
    'writeFileSync',
    'copyFileSync',
    'unlinkSync',
    'rmSync',
    'rmdirSync',
  ],
] as const;

type Call = (...given: readonly unknown[]) => unknown;

/** Replaces the calls of this thread until `disarm`. */
export function armDisk({ root, at, code, before }: Fault): Armed {
  const calls: string[] = [];
  let telling = false;
  const undo: (() => void)[] = [];
  const readlink = fs.readlinkSync;
  const placeOf = (given: unknown): string => {
    if (typeof given === 'string') return given;
    if (typeof given !== 'number') return '';
    try {
      return readlink(`/proc/self/fd/${given}`);
    } catch {
      return '';
    }
  };
  const strikes = (what: string): boolean => {
    if (telling) return false;
    calls.push(what);
    telling = true;
    try {
      before?.(what);
    } finally {
      telling = false;
    }
    return calls.length === at;
  };
  const replace = (owner: object, name: string, make: (work: Call) => Call): void => {
    const work: unknown = Reflect.get(owner, name);
    if (typeof work !== 'function') throw new TypeError(`there is no ${name} to fail`);
    Reflect.set(owner, name, make(work as Call));
    undo.push(() => Reflect.set(owner, name, work));
  };
  for (const name of FILE_CALLS) {
    const syscall = name.replace('Sync', '');
    replace(fs, name, (work) => (...given) => {
      const path = placeOf(given[0]);
      if (path.startsWith(root) && strikes(`${syscall} ${kindOf(path.slice(root.length))}`))
        throw Object.assign(new Error(`${code}: on purpose, ${syscall}`), { code, syscall, path });
      return work(...given);
    });
  }
  const databases = [
    [sqlite.DatabaseSync.prototype, ['exec']],
    [sqlite.StatementSync.prototype, ['run', 'get', 'all']],
  ] as const;
  for (const [owner, names] of databases) {
    for (const name of names) {
      replace(
        owner,
        name,
        (work) =>
          function (this: unknown, ...given) {
            if (strikes(`sqlite ${name}`))
              throw Object.assign(new Error('on purpose'), { code: 'ERR_SQLITE_ERROR', errcode: SQLITE_CODES[code] });
            return work.apply(this, [...given]);
          },
      );
    }
  }
  syncBuiltinESMExports();
  return {
    calls,
    disarm() {
      for (const back of undo) back();
      syncBuiltinESMExports();
    },
  };
}

/** `/archive/conversations/9f…/tile/0/000` becomes `/archive/conversations/…/tile/0/…`: what all files of one kind share. */
function kindOf(path: string): string {
  return path
    .split('/')
    .map((name) => (/\d/.test(name) && name !== '0' ? '…' : name))
    .slice(0, 5)
    .join('/');
}
