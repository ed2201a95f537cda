import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive } from '../../../src/archive/archive.ts';
import { decodeUtf8 } from '../../../src/base/bytes.ts';
import type { Disk } from '../../../src/base/disk.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import { ingest } from '../../../src/ingest/ingest.ts';
import { findItem } from '../../../src/model/payload.ts';
import { testOptions } from '../fake-agent.ts';
import { copyPath, growingCopies, put, randomOf, resumed, shuffled } from '../importers/histories.ts';

const WRITTEN = Date.UTC(2026, 5, 1);
const DAY = 24 * 60 * 60_000;
/** Histories of each session, and the number of the first. */
const HISTORIES = Number(process.env.TURNPRESS_FUZZ_LOST ?? 2);
const FIRST = Number(process.env.TURNPRESS_FUZZ_FIRST ?? 1);
/** Larger sessions cost too much for many histories. */
const MOST_BYTES = 1_500_000;

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-lost-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function listSessions(): readonly string[] {
  const own = globSync(join(import.meta.dirname, '../../fixtures/{claude-code,codex,gemini-cli}/*.{json,jsonl}'));
  const more = [process.env.TURNPRESS_CORPUS, process.env.TURNPRESS_SAMPLES]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => globSync(`${folder}/**/*.jsonl`));
  return [...own.sort(), ...more.sort()].filter((path) => statSync(path).size > 0 && statSync(path).size < MOST_BYTES);
}

/** An archive of which each run has a new index, and some have no native ids either. */
class Losing {
  readonly #disk: Disk = createMemoryDisk();

  constructor() {
    createArchive('/a', { origin: 'example.org/test', nowMs: 0, disk: this.#disk });
  }

  loseIds(): void {
    if (this.#disk.stat('/a/private/native-ids') !== undefined) this.#disk.unlink('/a/private/native-ids');
  }

  async with<T>(work: (archive: ArchiveWriter) => T | Promise<T>): Promise<T> {
    const archive = openArchive('/a', { mode: 'write', disk: this.#disk, indexPath: ':memory:' });
    try {
      return await work(archive);
    } finally {
      archive.close();
    }
  }

  run(path: string, knownValues: readonly string[]): Promise<unknown> {
    const redact = { words: [], personal: false, knownValues };
    return this.with((archive) => ingest(archive, testOptions([path], { nowMs: WRITTEN + 2 * DAY, redact })));
  }
}

/** How many turns heads reach, in how many branches, for each live conversation; and all that is said anywhere. */
function look(archive: ArchiveWriter) {
  const all = [...archive.walkConversations()];
  const live = all.filter(({ meta }) => meta.joined === undefined);
  const shape = live.map(({ id, heads }) => {
    const turns = new Map(archive.listTurns(id).map((turn) => [turn.hash, turn]));
    const reached = new Set<string>();
    for (const { turn } of heads)
      for (let at = turns.get(turn); at !== undefined && !reached.has(at.hash); ) {
        reached.add(at.hash);
        at = at.parent === null ? undefined : turns.get(at.parent);
      }
    return `${reached.size} turns, ${heads.filter(({ turn }) => turn !== id).length} heads`;
  });
  const payloads = all.flatMap(({ id }) => [...archive.readPayloads(archive.listTurns(id)), ...archive.readMetas(id)]);
  const words = payloads.map((payload) => (payload.status === 'present' ? decodeUtf8(payload.bytes) : ''));
  return { shape: shape.sort(), words: words.join('\n') };
}

/** Words that people and models said, to be taken for secrets. */
function someWords(archive: ArchiveWriter, random: () => number): readonly string[] {
  const texts = [...archive.walkConversations()].flatMap(({ id }) => {
    const turns = archive.listTurns(id);
    return archive.readPayloads(turns).flatMap((payload, i) => {
      const turn = turns[i];
      const item = turn === undefined || payload.status !== 'present' ? undefined : findItem(turn, payload.bytes);
      return (item?.parts ?? []).flatMap((part) => ('content' in part ? [part.content] : []));
    });
  });
  const words = new Set(texts.flatMap((text) => text.slice(0, 10_000).match(/\b[A-Za-z][A-Za-z-]{9,30}\b/g) ?? []));
  return shuffled([...words], random).slice(0, 4);
}

describe.each(listSessions().map((path) => [path.slice(-70), path] as const))('secrets of %s', (_, path) => {
  it('stay out whatever is lost and read again without them', async () => {
    const bytes = readFileSync(path);
    const isLines = path.endsWith('.jsonl') && /"isSidechain":/.test(bytes.toString('utf8', 0, 65_536));
    for (let seed = FIRST; seed < FIRST + HISTORIES; seed++) {
      const random = randomOf(seed * 7919 + bytes.length);
      const plain = new Losing();
      const origin = put(copyPath(dir, 0, basename(path)), bytes, WRITTEN);
      await plain.run(origin, []);
      const secrets = await plain.with((archive) => someWords(archive, random));
      const archive = new Losing();
      await archive.run(origin, secrets);
      const before = await archive.with(look);
      // what stands in names of tools and members, or in ids, is no text
      const gone = secrets.filter((word) => !before.words.includes(word));
      const copies = growingCopies(bytes, 4, random, 'all').map(({ copy, bytes: told }) => ({ copy: copy + 1, told }));
      const losesIds = seed % 2 === 0;
      for (const { copy, told } of copies) {
        if (losesIds && random() < 0.5) archive.loseIds();
        const known = secrets.filter(() => random() < 0.5);
        await archive.run(put(copyPath(dir, copy, basename(path)), told, WRITTEN), known);
      }
      const after = await archive.with(look);
      for (const word of gone) expect(after.words.includes(word), `seed ${seed}: ${word}`).toBe(false);
      if (!isLines) continue;
      // a copy that was cut off, alone and with nobody who knows its ids, may end in a branch of its own
      if (!losesIds) expect(after.shape, `seed ${seed}`).toEqual(before.shape);
      archive.loseIds();
      const copy = resumed(bytes, random, { restamped: false, chainOnly: false });
      await archive.run(put(copyPath(dir, 9, basename(path)), copy, WRITTEN), []);
      const { words } = await archive.with(look);
      for (const word of gone) expect(words.includes(word), `seed ${seed}, resumed: ${word}`).toBe(false);
    }
  });
});
