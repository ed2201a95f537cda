/** The words of pages as the search index takes them: one row for each page and day, walked in the order of time. */
/** What a page said on a past day never changes, so new words stand at the end and old shards of the index stay as they are. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import type { Database, SqlRow } from '../../base/sqlite.ts';
import { compressZstd, declaredSize, decompressZstd } from '../../base/zstd.ts';
import { contentHash } from './keys.ts';

/** What can be chosen in the search form. */
export type Facet = 'agent' | 'project' | 'model' | 'role' | 'tag' | 'date';

/** The words of one turn in one role. */
export interface SearchPassage {
  readonly anchor: string;
  readonly role: string;
  readonly text: string;
}

/** What is found together, an exchange or the beginning of a long one: one record of the index. */
export interface SearchRecord {
  /** Sorted. */
  readonly models: readonly string[];
  readonly passages: readonly SearchPassage[];
}

/** What one page said on one day. */
export interface SearchUnit {
  readonly url: string;
  /** `2026-01-02`; empty for what has no day. */
  readonly day: string;
  /** Time of its first turn. */
  readonly startMs: number;
  readonly title: string;
  /** Whose it is, where it is somebody else's. */
  readonly source?: string;
  readonly agent: string;
  readonly project: string;
  readonly tags: readonly string[];
  readonly records: readonly SearchRecord[];
}

/** A unit without its words. Units stand in the order of `startMs`, then `url`, then `day`. */
export interface UnitMark {
  readonly startMs: number;
  readonly url: string;
  readonly day: string;
  /** 32 bits of a hash of its name: they choose the borders of shards. */
  readonly rank: number;
  /** What it weighs in the indexer's memory, as bytes. */
  readonly size: number;
  /** Hash of all that the index holds of it. */
  readonly key: string;
}

export interface IndexPart {
  /** Name of the file that lists its records and its pieces. */
  readonly meta: string;
  /** Which words it may have (`model/word-filter`). */
  readonly words: Uint8Array;
}

type Place = Pick<UnitMark, 'startMs' | 'url' | 'day'>;

const LARGEST = 256 * 1024 * 1024;
/** Rows read at once, without and with their words. */
const PIECE = { marks: 1024, units: 32 };
/** Steps from value to value through the table's order: there are few, and each stands there for every page and day. */
const DISTINCT_VALUES = `WITH RECURSIVE step (value) AS (
  SELECT min(value) FROM facet WHERE name = ?1
  UNION ALL SELECT (SELECT min(value) FROM facet WHERE name = ?1 AND value > step.value) FROM step WHERE value IS NOT NULL)
  SELECT value FROM step WHERE value IS NOT NULL`;
/** What a record weighs in the indexer beside its words, in the same unit. Measured: docs/benchmarks.md. */
const PER_RECORD = 400;

export interface UnitTable {
  /** Remembers what a page said, all its days; what was known of the page before is forgotten. */
  save(conversation: string, url: string, units: readonly SearchUnit[]): void;
  /** Forgets the pages of a conversation other than these. */
  keep(conversation: string, urls: readonly string[]): void;
  /** Units after `after` that begin before `beforeMs`, oldest first. */
  walkMarks(after: UnitMark | undefined, beforeMs: number): Generator<UnitMark>;
  /** Units from `first` to `last`, both included, with their words. */
  walkUnits(first: UnitMark, last: UnitMark): Generator<SearchUnit>;
  /** Every value that can be chosen, sorted. */
  listFacets(): Readonly<Record<Facet, readonly string[]>>;
  /** What the search page is told of a part of the index, as kept under this key. */
  findPart(name: string, key: string): IndexPart | undefined;
  savePart(name: string, key: string, part: IndexPart): void;
  /** Forgets parts other than these. */
  keepParts(names: readonly string[]): void;
}

export function createUnitTable(database: Database): UnitTable {
  const known = database.statement('SELECT day, start, key, conversation FROM unit WHERE url = ? ORDER BY day');
  const save: UnitTable['save'] = (conversation, url, units) => {
    const packed = units.map((unit) => ({ unit, json: encodeUtf8(JSON.stringify(unit)) }));
    const named = packed.map(({ unit, json }) => [unit.day, unit.startMs, contentHash(json), conversation].join());
    const before = known.all(url).map((row) => [row.day, row.start, row.key, row.conversation].join());
    // of a conversation that grew, all pages but the last say what they said
    if (before.join('\n') === named.toSorted().join('\n')) return;
    database.statement('DELETE FROM unit WHERE url = ?').run(url);
    database.statement('DELETE FROM facet WHERE url = ?').run(url);
    for (const { unit, json } of packed) saveUnit(database, conversation, url, unit, json);
  };
  return {
    save,
    keep(conversation, urls) {
      const others =
        'SELECT DISTINCT url FROM unit WHERE conversation = ? AND url NOT IN (SELECT value FROM json_each(?))';
      const gone = database.statement(others).all(conversation, JSON.stringify(urls));
      for (const { url } of gone) save(conversation, String(url), []);
    },
    *walkMarks(after, beforeMs) {
      const before = Math.min(beforeMs, Number.MAX_SAFE_INTEGER);
      const next = database.statement(
        'SELECT start, url, day, rank, size, key FROM unit WHERE (start, url, day) > (?, ?, ?) AND start < ? ORDER BY start, url, day LIMIT ?',
      );
      let from: Place = after ?? BEFORE_ALL;
      for (let full = true; full; ) {
        const rows = next.all(from.startMs, from.url, from.day, before, PIECE.marks);
        for (const row of rows) {
          const mark = markOf(row);
          yield mark;
          from = mark;
        }
        full = rows.length === PIECE.marks;
      }
    },
    *walkUnits(first, last) {
      const order = 'ORDER BY start, url, day LIMIT ?';
      const upTo = (sign: '>' | '>='): string =>
        `SELECT start, url, day, data FROM unit WHERE (start, url, day) ${sign} (?, ?, ?) AND (start, url, day) <= (?, ?, ?) ${order}`;
      let from: Place = first;
      for (let rows: readonly SqlRow[] = [], sign: '>' | '>=' = '>='; sign === '>=' || rows.length > 0; sign = '>') {
        rows = database
          .statement(upTo(sign))
          .all(from.startMs, from.url, from.day, last.startMs, last.url, last.day, PIECE.units);
        for (const row of rows) {
          from = { startMs: Number(row.start), url: String(row.url), day: String(row.day) };
          if (row.data instanceof Uint8Array) yield decodeUnit(row.data);
        }
      }
    },
    listFacets() {
      const values = (name: Facet): readonly string[] =>
        database
          .statement(DISTINCT_VALUES)
          .all(name)
          .map((row) => String(row.value));
      return {
        agent: values('agent'),
        project: values('project'),
        model: values('model'),
        role: values('role'),
        tag: values('tag'),
        date: values('date'),
      };
    },
    findPart(name, key) {
      const row = database.statement('SELECT meta, words FROM part WHERE name = ? AND key = ?').get(name, key);
      return row?.words instanceof Uint8Array ? { meta: String(row.meta), words: row.words } : undefined;
    },
    savePart(name, key, { meta, words }) {
      database
        .statement('INSERT OR REPLACE INTO part (name, key, meta, words) VALUES (?, ?, ?, ?)')
        .run(name, key, meta, words);
    },
    keepParts(names) {
      database
        .statement('DELETE FROM part WHERE name NOT IN (SELECT value FROM json_each(?))')
        .run(JSON.stringify(names));
    },
  };
}

function saveUnit(database: Database, conversation: string, url: string, unit: SearchUnit, json: Uint8Array): void {
  const size = encodeUtf8(JSON.stringify(unit.records)).length + unit.records.length * PER_RECORD;
  const rank = Number.parseInt(contentHash(`${url} ${unit.day}`).slice(0, 8), 16);
  database
    .statement(
      'INSERT INTO unit (url, day, conversation, start, rank, size, key, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(url, unit.day, conversation, unit.startMs, rank, size, contentHash(json), compressZstd(json, 1));
  for (const [name, values] of Object.entries(facetsOf(unit))) {
    for (const value of new Set(values)) {
      if (value === '') continue;
      database
        .statement('INSERT OR IGNORE INTO facet (name, value, url, day) VALUES (?, ?, ?, ?)')
        .run(name, value, url, unit.day);
    }
  }
}

function decodeUnit(data: Uint8Array): SearchUnit {
  // Written by saveUnit; the state is private to the archive's owner.
  return JSON.parse(decodeUtf8(decompressZstd(data, declaredSize(data), LARGEST))) as SearchUnit;
}

/** What the records of a unit can be filtered by, all of them together. */
function facetsOf(unit: SearchUnit): Readonly<Record<Facet, readonly string[]>> {
  return {
    agent: [unit.agent],
    project: [unit.project],
    model: unit.records.flatMap((record) => record.models),
    role: unit.records.flatMap((record) => record.passages.map(({ role }) => role)),
    tag: unit.tags,
    date: [unit.day],
  };
}

const BEFORE_ALL: Place = { startMs: Number.MIN_SAFE_INTEGER, url: '', day: '' };

function markOf(row: SqlRow): UnitMark {
  return {
    startMs: Number(row.start),
    url: String(row.url),
    day: String(row.day),
    rank: Number(row.rank),
    size: Number(row.size),
    key: String(row.key),
  };
}
