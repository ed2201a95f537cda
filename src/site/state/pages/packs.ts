/** What the next build of a conversation can use again, page by page: rendered turns, their Markdown, and what a walk knows of a page. */
/** A page's first turn names its pack: cuts never move, so the last page finds its own turns again when it grows. */

import { decodeUtf8, encodeUtf8 } from '../../../base/bytes.ts';
import type { Database } from '../../../base/sqlite.ts';
import { compressZstd, declaredSize, decompressZstd } from '../../../base/zstd.ts';
import type { TurnHash } from '../../../model/ids.ts';
import type { ToldExchange } from './told.ts';
import { decodeTurnPack } from './turn-pack.ts';

/** What a walk has to know of a page that it does not read. */
export interface PageSketch {
  /** Of its turns, and of all that the page shows beside them. */
  readonly key: string;
  /** Key of the file that was made. */
  readonly file: string;
  readonly turns: number;
  readonly lastMs: number;
  /** The page behind it begins with a prompt. */
  readonly prompt: boolean;
  /** Which of its turns are prompts, and which made which tool calls, counted from 0. */
  readonly prompts: readonly number[];
  readonly calls: readonly (readonly [id: string, turn: number])[];
  /** Those that begin on it and have something to tell. */
  readonly exchanges: readonly SketchedExchange[];
  /** All that begin on it. */
  readonly told: readonly ToldExchange[];
}

/** An exchange without what was said in it. */
export interface SketchedExchange {
  /** Its first turn, counted from 0 on its page. */
  readonly at: number;
  readonly first: string;
  readonly prompt: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly leftOut: number;
  readonly weight: number;
  readonly key: string;
}

export interface PackTable {
  /** HTML by the names of rows for the page that begins with `first`, rendered under the same `key`; empty when there is none. */
  find(first: TurnHash, key: string): ReadonlyMap<string, string>;
  save(owner: string, first: TurnHash, key: string, pack: Uint8Array): void;
  /** Of the page at this address. */
  findSketch(url: string): PageSketch | undefined;
  saveSketch(owner: string, url: string, sketch: PageSketch): void;
  /** The page at this address as Markdown. */
  findMarkdown(url: string): string | undefined;
  saveMarkdown(owner: string, url: string, markdown: string): void;
  forget(owner: string): void;
}

export function createPackTable(database: Database): PackTable {
  return {
    find(first, key) {
      const data = database.statement('SELECT data FROM pack WHERE id = ? AND key = ?').get(first, key)?.data;
      if (!(data instanceof Uint8Array)) return new Map();
      return decodeTurnPack(data);
    },
    save(owner, first, key, pack) {
      database
        .statement('INSERT OR REPLACE INTO pack (id, owner, key, data) VALUES (?, ?, ?, ?)')
        .run(first, owner, key, pack);
    },
    findSketch(url) {
      const data = database.statement('SELECT data FROM pack WHERE id = ?').get(url)?.data;
      // Written by saveSketch; the state is private to the archive's owner.
      return data instanceof Uint8Array ? (JSON.parse(decodeUtf8(data)) as PageSketch) : undefined;
    },
    saveSketch(owner, url, sketch) {
      database
        .statement('INSERT OR REPLACE INTO pack (id, owner, key, data) VALUES (?, ?, ?, ?)')
        .run(url, owner, sketch.key, encodeUtf8(JSON.stringify(sketch)));
    },
    findMarkdown(url) {
      const data = database.statement('SELECT data FROM pack WHERE id = ?').get(markdownOf(url))?.data;
      return data instanceof Uint8Array ? decodeUtf8(decompressZstd(data, declaredSize(data), LARGEST)) : undefined;
    },
    saveMarkdown(owner, url, markdown) {
      database
        .statement('INSERT OR REPLACE INTO pack (id, owner, key, data) VALUES (?, ?, ?, ?)')
        .run(markdownOf(url), owner, '', compressZstd(encodeUtf8(markdown), 1));
    },
    forget: (owner) => void database.statement('DELETE FROM pack WHERE owner = ?').run(owner),
  };
}

/** Of the Markdown of one page. */
const LARGEST = 512 * 1024 * 1024;

function markdownOf(url: string): string {
  return `markdown ${url}`;
}
