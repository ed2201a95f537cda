import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/base/json.ts';
import { limits } from '../../../src/base/limits.ts';
import type { IngestStore } from '../../../src/ingest/append/store.ts';
import { type IngestOptions, ingest } from '../../../src/ingest/ingest.ts';
import type { Meta } from '../../../src/model/conversation.ts';
import { findItem } from '../../../src/model/payload.ts';
import { emptyStore, testOptions, viewOf } from '../fake-agent.ts';
import { copyPath, growingCopies, permuted, put, randomOf, resumed, shuffled, slicesOf } from './histories.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** When every source was written to the last time. */
const WRITTEN = Date.UTC(2026, 5, 1);

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-histories-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function run(store: IngestStore, paths: readonly string[], more: Partial<IngestOptions> = {}): Promise<void> {
  await ingest(store, testOptions(paths, { nowMs: WRITTEN, ...more }));
}

/** A store whose commits fail from the n-th on: what a kill leaves is what was committed before. */
function killedAfter(store: IngestStore, commits: number): IngestStore {
  let left = commits;
  return {
    ...store,
    append: (batch) => {
      if (left-- <= 0) throw new Error('killed');
      return store.append(batch);
    },
  };
}

/** Live conversations as they are shown: turns that heads reach, heads, meta, tokens. */
function shownOf(store: IngestStore): string {
  const views = viewOf(store) as readonly {
    readonly id: string;
    readonly turns: readonly string[];
    readonly meta?: { joined?: string };
  }[];
  const live = views.filter(({ meta }) => meta?.joined === undefined);
  return canonicalJson(
    live.map((view) => {
      const usage = view.turns.map((hash) => {
        const turn = store.findTurn(hash);
        const [payload] = turn === undefined ? [] : store.readPayloads([turn]);
        const item = turn !== undefined && payload?.status === 'present' ? findItem(turn, payload.bytes) : undefined;
        return [item?.usage?.input_tokens ?? 0, item?.usage?.output_tokens ?? 0];
      });
      const sum = (at: 0 | 1) => usage.reduce((total, each) => total + (each[at] ?? 0), 0);
      return { ...view, tokens: [sum(0), sum(1)] } as never;
    }),
  );
}

async function wholeOf(path: string, bytes: Buffer): Promise<string> {
  const store = emptyStore();
  await run(store, [put(copyPath(dir, 0, basename(path)), bytes, WRITTEN)], { nowMs: WRITTEN + 2 * DAY });
  return shownOf(store);
}

/** Whether the session stands for itself: what names files beside it is another session in another folder. */
function listSessions(): readonly string[] {
  const fixtures = join(import.meta.dirname, '../../fixtures/claude-code');
  const own = globSync(`${fixtures}/*.jsonl`).filter((path) => !/pretty|empty|summary-only/.test(path));
  const more = [process.env.TURNPRESS_CORPUS, process.env.TURNPRESS_SAMPLES]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => globSync(`${folder}/**/*.jsonl`))
    .filter(
      (path) =>
        statSync(path).size > 0 &&
        statSync(path).size < MOST_BYTES &&
        /"isSidechain":/.test(readFileSync(path, 'utf8').slice(0, 65_536)),
    );
  return [...own.sort(), ...more.sort()];
}

/** Larger sessions cost too much for many histories. */
const MOST_BYTES = 1_500_000;
/** How often each session is cut at a random byte, and the number of the first history that is made of it. Of many cuts more go into one history: that costs less. */
const CUTS = Number(process.env.TURNPRESS_FUZZ ?? 4);
const FIRST = Number(process.env.TURNPRESS_FUZZ_FIRST ?? 1);
const CUTS_EACH = CUTS < 200 ? 4 : 20;
/** Slices are fewer: most sessions have few prompts. */
const ROUNDS = Math.min(8, Math.ceil(CUTS / CUTS_EACH));
/** Each way of resuming. */
const RESUMES = Math.max(4, ROUNDS);

/** A slice knows nothing of the lines before it: a parent that stands nowhere, a record written again, a place in another's past. */
const NEEDS_ITS_PAST = /broken-line|compaction|rewind/;

describe.each(listSessions().map((path) => [path.slice(-70), path] as const))('histories of %s', (_, path) => {
  it('in growing snapshots, copies and orders, some runs killed, end like the whole at once', async () => {
    const bytes = readFileSync(path);
    const expected = await wholeOf(path, bytes);
    for (let seed = FIRST; seed < FIRST + Math.ceil(CUTS / CUTS_EACH); seed++) {
      const random = randomOf(seed * 7919 + bytes.length);
      const store = emptyStore();
      const files = new Set<string>();
      for (const snapshot of growingCopies(bytes, CUTS_EACH, random)) {
        const file = copyPath(dir, snapshot.copy, basename(path));
        files.add(put(file, snapshot.bytes, WRITTEN));
        const nowMs = WRITTEN + (random() < 0.5 ? 0 : 20 * MINUTE);
        if (random() < 0.2) {
          const killed = run(killedAfter(store, Math.floor(random() * 2)), [file], { nowMs });
          await killed.catch(() => undefined);
        }
        await run(store, [file], { nowMs, settle: random() < 0.1 });
      }
      await run(store, [...files], { nowMs: WRITTEN + 2 * DAY });
      expect(shownOf(store), `seed ${seed}`).toBe(expected);
    }
  });

  it.skipIf(/broken-line/.test(path))(
    'resumed, under new times or along the parents only, origin and copy end the same whichever is read first',
    async () => {
      const bytes = readFileSync(path);
      for (let seed = FIRST; seed < FIRST + RESUMES; seed++) {
        const random = randomOf(seed * 15_485_863 + bytes.length);
        const copy = resumed(bytes, random, { restamped: seed % 2 === 0, chainOnly: seed % 4 < 2 });
        const origin = copyPath(dir, 0, basename(path));
        const second = copyPath(dir, 1, basename(path));
        const read = async (steps: readonly (readonly [path: string, bytes: Buffer])[]) => {
          const store = emptyStore();
          for (const [file, told] of steps)
            await run(store, [put(file, told, WRITTEN)], { nowMs: WRITTEN + 20 * MINUTE });
          for (const file of [origin, second]) await run(store, [file], { nowMs: WRITTEN + 2 * DAY });
          return shownOf(store);
        };
        const cut = (whole: Buffer) => whole.subarray(0, Math.floor(random() * whole.length));
        const told = random() < 0.5 ? permuted(bytes, random) : bytes;
        const expected = await read([
          [origin, bytes],
          [second, copy],
        ]);
        const late = await read([
          [second, cut(copy)],
          [origin, cut(told)],
          [second, copy],
          [origin, told],
        ]);
        expect(late, `seed ${seed}`).toBe(expected);
      }
    },
  );

  it('read in parts of a few bytes end like the whole', async () => {
    const bytes = readFileSync(path);
    const expected = await wholeOf(path, bytes);
    for (const partBytes of bytes.length < 50_000 ? [64, 1000] : [bytes.length >> 4]) {
      const store = emptyStore();
      const file = put(copyPath(dir, 1, basename(path)), bytes, WRITTEN);
      await run(store, [file], { nowMs: WRITTEN + 2 * DAY, partBytes });
      expect(shownOf(store), `parts of ${partBytes} bytes`).toBe(expected);
    }
  });

  it.skipIf(NEEDS_ITS_PAST.test(path))(
    'in slices, read in any order and in runs of their own, end in the turns and counts of the whole',
    async () => {
      const bytes = readFileSync(path);
      const expected = await wholeOf(path, bytes);
      const turnsOf = (shown: string) =>
        (JSON.parse(shown) as { turns: string[]; meta: Meta }[]).map(({ turns, meta }) => [turns, meta.redactions]);
      for (let seed = 1; seed <= ROUNDS; seed++) {
        const random = randomOf(seed * 104_729 + bytes.length);
        const slices = slicesOf(bytes, 3, random);
        const files = slices.map((slice, i) => put(copyPath(dir, seed * 100 + i, basename(path)), slice, WRITTEN));
        const store = emptyStore();
        for (const file of shuffled(files, random)) await run(store, [file], { nowMs: WRITTEN + 2 * DAY });
        expect(turnsOf(shownOf(store)), `seed ${seed}`).toEqual(turnsOf(expected));
      }
    },
  );
});

/** Sessions of the other agents. Where turns are named by their words, what was cut off and left so for a day has ended there. */
function listOthers(): readonly string[] {
  const own = globSync(join(import.meta.dirname, '../../fixtures/{codex,gemini-cli}/**/*.{json,jsonl}'));
  const samples = process.env.TURNPRESS_SAMPLES;
  const more = samples === undefined ? [] : globSync(`${samples}/{codex,gemini-cli}/**/*.jsonl`);
  return [...own.sort(), ...more.sort()].filter((path) => statSync(path).size > 0 && statSync(path).size < MOST_BYTES);
}

describe.each(listOthers().map((path) => [path.slice(-70), path] as const))('histories of %s', (_, path) => {
  it('in copies that grow to the whole, in any order, some runs killed, end like the whole at once', async () => {
    const bytes = readFileSync(path);
    const expected = await wholeOf(path, bytes);
    for (let seed = FIRST; seed < FIRST + Math.ceil(CUTS / CUTS_EACH); seed++) {
      const random = randomOf(seed * 7919 + bytes.length);
      const store = emptyStore();
      const files = new Set<string>();
      for (const snapshot of growingCopies(bytes, CUTS_EACH, random, 'all')) {
        const file = copyPath(dir, snapshot.copy, basename(path));
        files.add(put(file, snapshot.bytes, WRITTEN));
        const nowMs = WRITTEN + (random() < 0.5 ? 0 : 20 * MINUTE);
        if (random() < 0.2) {
          const killed = run(killedAfter(store, Math.floor(random() * 2)), [file], { nowMs });
          await killed.catch(() => undefined);
        }
        await run(store, [file], { nowMs });
      }
      await run(store, [...files], { nowMs: WRITTEN + 2 * DAY });
      expect(shownOf(store), `seed ${seed}`).toBe(expected);
    }
  });
});

describe('a session whose records share one parent', () => {
  it('stays one conversation, in the order of its times, in parts of any size', async () => {
    const line = (n: number) =>
      JSON.stringify({
        ...{
          parentUuid: n === 0 ? null : 'u0',
          isSidechain: false,
          sessionId: 's',
          type: n % 2 === 0 ? 'user' : 'assistant',
        },
        ...{ uuid: `u${n}`, timestamp: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString() },
        message: {
          id: `m${n}`,
          role: n % 2 === 0 ? 'user' : 'assistant',
          content: [
            { type: n % 2 === 0 ? 'tool_result' : 'text', text: `${n}`, content: `${n}`, tool_use_id: `t${n}` },
          ],
        },
      });
    const bytes = Buffer.from(`${Array.from({ length: 400 }, (_, n) => line(n)).join('\n')}\n`);
    const expected = await wholeOf('/x/star.jsonl', bytes);
    for (const partBytes of [500, 5000]) {
      const store = emptyStore();
      await run(store, [put(copyPath(dir, 1, 'star.jsonl'), bytes, WRITTEN)], { nowMs: WRITTEN + 2 * DAY, partBytes });
      expect(shownOf(store)).toBe(expected);
    }
    expect(JSON.parse(expected)).toMatchObject([{ turns: { length: 400 } }]);
  });
});

describe('a line over the limit', () => {
  it('is named with its place and passed over, and the rest of the session is read', async () => {
    const record = (uuid: string, parentUuid: string | null, text: string) =>
      `${JSON.stringify({ parentUuid, isSidechain: false, sessionId: 's', type: 'user', uuid, timestamp: '2026-01-01T00:00:00Z', message: { role: 'user', content: text } })}\n`;
    const long = Buffer.alloc(limits.sourceLine + 1024, 'x');
    long[long.length - 1] = 10;
    const parts = [record('a', null, 'one'), long, record('b', 'a', 'two'), record('c', 'b', 'three')];
    const path = put(copyPath(dir, 1, 'long.jsonl'), Buffer.concat(parts.map((part) => Buffer.from(part))), WRITTEN);
    const store = emptyStore();
    const report = await ingest(store, testOptions([path], { nowMs: WRITTEN + DAY }));
    expect(report.problems.map(({ code, line }) => [code, line])).toEqual([['LINE_TOO_LONG', 2]]);
    expect(report.turns.new).toBe(3);
  }, 60_000);
});
