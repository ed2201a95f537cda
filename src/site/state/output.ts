/** Writes a build's files: first beside the output folder, then all of them into place. */
/** An interrupted build is either invisible or finished by the next one; files that we did not make are never touched. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ForeignOutputError } from '../errors.ts';
import { contentHash } from './keys.ts';
import type { SiteState } from './state.ts';

/** Says which build stands in the folder. Gone while files are being moved. */
export const STAMP = 'build.json';
/** Folders in which every file is ours: what a build does not know there is removed when the state was lost. */
const OURS = ['c', 't', 'page', 'projects', 'agents', 'tags', 'search', 'pagefind', 'docs', 'about', 'assets'];

export interface OutputCounts {
  written: number;
  unchanged: number;
  deleted: number;
  bytes: number;
}

export interface Output {
  readonly counts: { readonly pages: OutputCounts; readonly others: OutputCounts };
  /** Whether the last build made the file with this key. */
  knows(path: string, key: string): boolean;
  /** Owners whose name begins with `prefix`. */
  listOwners(prefix: string): readonly string[];
  /** Takes over the files of `owner`: those not declared again until `finish` are removed. */
  take(owner: string): void;
  /** True when the file has to be made (`put`); false when it stands there with the same key. */
  declare(path: string, owner: string, key: string): boolean;
  /** Content of a declared file. Equal content is not written again. */
  put(path: string, content: string | Uint8Array): void;
  /** Settles what is removed, so that counts are final. Nothing may be declared afterwards. */
  prepare(): void;
  /** Commits the state and moves everything into place. `stamp` is the content of the stamp file. */
  finish(stamp: string): void;
}

/** Opens the folder for one build. Call `completePending` and `state.begin()` before. Throws ForeignOutputError. */
export function openOutput(state: SiteState, outputDir: string): Output {
  const staging = `${outputDir}.tmp`;
  rmSync(staging, { recursive: true, force: true });
  const database = state.database;
  const find = database.statement('SELECT owner, key, hash FROM file WHERE path = ?');
  const save = database.statement('INSERT OR REPLACE INTO file (path, owner, key, hash) VALUES (?, ?, ?, ?)');
  const forget = database.statement('DELETE FROM file WHERE path = ?');
  const wait = database.statement('INSERT OR REPLACE INTO pending (path, operation) VALUES (?, ?)');

  const fresh = !existsSync(outputDir) || readdirSync(outputDir).length === 0;
  const stamped = existsSync(join(outputDir, STAMP));
  const hadState = database.statement('SELECT 1 FROM file LIMIT 1').get() !== undefined;
  if (!fresh && !stamped && !hadState) throw new ForeignOutputError(outputDir);
  if (fresh) database.exec('DELETE FROM file; DELETE FROM conversation;');
  const orphans = !fresh && !hadState ? new Set(listOurs(outputDir)) : new Set<string>();

  const counts = { pages: emptyCounts(), others: emptyCounts() };
  const declared = new Map<string, { owner: string; key: string; oldHash?: string }>();
  const taken = new Set<string>();
  const staged: string[] = [];
  const folders = new Set<string>();

  return {
    counts,
    knows: (path, key) => find.get(path)?.key === key,
    listOwners: (prefix) =>
      database
        .statement('SELECT DISTINCT owner FROM file WHERE owner >= ? AND owner < ?')
        .all(prefix, `${prefix}\u{10ffff}`)
        .map((row) => String(row.owner)),
    take(owner) {
      for (const row of database.statement('SELECT path FROM file WHERE owner = ?').iterate(owner)) {
        taken.add(String(row.path));
      }
    },
    declare(path, owner, key) {
      const known = find.get(path);
      taken.delete(path);
      orphans.delete(path);
      if (known !== undefined && known.key === key) {
        if (known.owner !== owner) save.run(path, owner, key, String(known.hash));
        countsOf(path).unchanged++;
        return false;
      }
      declared.set(path, { owner, key, ...(known === undefined ? {} : { oldHash: String(known.hash) }) });
      return true;
    },
    put(path, content) {
      const entry = declared.get(path);
      if (entry === undefined) throw new TypeError(`file was not declared: ${path}`);
      declared.delete(path);
      const hash = contentHash(content);
      save.run(path, entry.owner, entry.key, hash);
      if (entry.oldHash === hash) {
        countsOf(path).unchanged++;
        return;
      }
      const file = join(staging, path);
      const folder = dirname(file);
      if (!folders.has(folder)) {
        mkdirSync(folder, { recursive: true });
        folders.add(folder);
      }
      writeFileSync(file, content);
      staged.push(path);
      countsOf(path).written++;
      countsOf(path).bytes += typeof content === 'string' ? Buffer.byteLength(content) : content.length;
    },
    prepare() {
      for (const path of declared.keys()) throw new TypeError(`file was declared and not made: ${path}`);
      for (const path of [...taken, ...orphans]) {
        forget.run(path);
        wait.run(path, 'delete');
        countsOf(path).deleted++;
      }
      taken.clear();
      orphans.clear();
    },
    finish(stamp) {
      if (fresh) {
        // One rename brings a first build into place, so nothing has to be remembered file by file.
        mkdirSync(staging, { recursive: true });
        writeFileSync(join(staging, STAMP), stamp);
        database.exec('DELETE FROM pending');
        wait.run('', 'swap');
      } else {
        for (const path of staged) wait.run(path, 'put');
      }
      state.setMeta('stamp', stamp);
      state.commit();
      completePending(state, outputDir);
    },
  };

  function countsOf(path: string): OutputCounts {
    return path.endsWith('.html') ? counts.pages : counts.others;
  }
}

/** Whether renames of an earlier build are still to be done. */
export function hasPending(state: SiteState): boolean {
  return state.database.statement('SELECT 1 AS found FROM pending LIMIT 1').get() !== undefined;
}

/** Moves what a committed build staged. Safe to repeat; a staged file that is lost is made again by the next build. */
export function completePending(state: SiteState, outputDir: string): void {
  const staging = `${outputDir}.tmp`;
  const database = state.database;
  const rows = database.statement('SELECT path, operation FROM pending').all();
  const stamp = state.findMeta('stamp') ?? '';
  const lost: string[] = [];
  if (rows.some((row) => row.operation === 'swap')) {
    if (existsSync(staging)) {
      if (existsSync(outputDir)) rmdirSync(outputDir);
      mkdirSync(dirname(outputDir), { recursive: true });
      renameSync(staging, outputDir);
    } else if (!existsSync(join(outputDir, STAMP))) lost.push('');
  } else {
    if (rows.length > 0) rmSync(join(outputDir, STAMP), { force: true });
    for (const row of rows) {
      const path = String(row.path);
      if (row.operation === 'delete') removeFile(outputDir, path);
      else if (!moveFile(join(staging, path), join(outputDir, path), hashOf(state, path))) lost.push(path);
    }
    mkdirSync(outputDir, { recursive: true });
    writeFileSync(join(outputDir, `${STAMP}.tmp`), stamp);
    renameSync(join(outputDir, `${STAMP}.tmp`), join(outputDir, STAMP));
    rmSync(staging, { recursive: true, force: true });
  }
  database.transaction(() => {
    database.exec('DELETE FROM pending');
    if (lost.length > 0) {
      database.statement("DELETE FROM meta WHERE name = 'site'").run();
      database.exec('DELETE FROM conversation');
      if (lost.includes('')) database.exec('DELETE FROM file');
      for (const path of lost) database.statement('DELETE FROM file WHERE path = ?').run(path);
    }
  });
}

/** True when content with this hash stands at `to` now; false when there was nothing to move and it does not. */
function moveFile(from: string, to: string, hash: string): boolean {
  if (!existsSync(from)) return existsSync(to) && contentHash(readFileSync(to)) === hash;
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  }
  return true;
}

function hashOf(state: SiteState, path: string): string {
  return String(state.database.statement('SELECT hash FROM file WHERE path = ?').get(path)?.hash);
}

function removeFile(outputDir: string, path: string): void {
  rmSync(join(outputDir, path), { force: true });
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    try {
      rmdirSync(join(outputDir, folder));
    } catch {
      // Not empty, or gone already: the folders above it stay as well.
      return;
    }
  }
}

function listOurs(outputDir: string): readonly string[] {
  return OURS.flatMap((name) => {
    const folder = join(outputDir, name);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => `${name}/${path.replaceAll('\\', '/')}`);
  });
}

function emptyCounts(): OutputCounts {
  return { written: 0, unchanged: 0, deleted: 0, bytes: 0 };
}
