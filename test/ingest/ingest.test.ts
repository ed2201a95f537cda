import { appendFileSync, globSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryArchive } from '../../src/archive/archive.ts';
import { canonicalJson } from '../../src/base/json.ts';
import type { IngestStore } from '../../src/ingest/append/store.ts';
import {
  type IngestOptions,
  type IngestReport,
  ingest,
  listKeptSources,
  restoreSource,
} from '../../src/ingest/ingest.ts';
import type { Meta } from '../../src/model/conversation.ts';
import { listSources } from '../archive/ledger-sources.ts';
import { emptyStore, type FakeLine, fakeAgent, permutations, testOptions, viewOf, writeFake } from './fake-agent.ts';

let dir: string;
let store: IngestStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-ingest-'));
  store = emptyStore();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function run(path = dir, more: Partial<IngestOptions> = {}, into = store): Promise<IngestReport> {
  return ingest(into, testOptions([path], more), [fakeAgent]);
}

function put(name: string, lines: readonly FakeLine[], tail = ''): string {
  return writeFake(join(dir, `${name}.fake`), lines, tail);
}

/** Names of heads with the key-like text of the turn they point to. */
function heads(into = store): readonly string[] {
  return conversations(into).flatMap(({ heads: all }) =>
    all.map((head) => `${head.name.slice(0, 2)} ${textOf(into, head.turn)}`).sort(),
  );
}

function conversations(into = store) {
  const ids = [...new Set(listSources(into.ledger).flatMap((source) => source.conversations))].sort();
  return ids.flatMap((id) => into.findConversation(id) ?? []);
}

function textOf(into: IngestStore, hash: string): string {
  const turn = into.findTurn(hash);
  const [payload] = turn === undefined ? [] : into.readPayloads([turn]);
  if (payload?.status !== 'present') return '?';
  const item = JSON.parse(Buffer.from(payload.bytes).toString()) as { parts: { content: string }[] };
  return item.parts.map((part) => part.content).join('+');
}

const session: readonly FakeLine[] = [
  { session: 's', title: 'A title' },
  { key: 'a', parent: null, time: 1, say: 'hello' },
  { key: 'b', parent: 'a', time: 2, parts: ['hi'] },
  { key: 'c', parent: 'b', time: 3, say: 'more' },
];

describe('ingest', () => {
  it('turns sessions into turns, heads and meta, and counts honestly', async () => {
    put('1', session);
    const report = await run();
    expect(report.sources).toMatchObject({ found: 1, new: 1, grown: 0, unchanged: 0, withProblems: 0 });
    expect(report).toMatchObject({
      turns: { new: 3, known: 0 },
      conversations: { new: 1, grown: 0 },
      prompts: 2,
      branches: 0,
    });
    expect(heads()).toEqual(['ma more']);
    expect(conversations()[0]?.meta).toMatchObject({ agent: 'fake', title: 'A title', sessions: ['s'] });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('says how much it will read before it has read anything, and nothing where there is nothing', async () => {
    const path = put('1', session);
    const heard: unknown[] = [];
    const begun = (bytes: number) => heard.push([bytes, conversations().length]);
    await run(dir, { begun });
    await run(dir, { begun });
    expect(heard).toEqual([[statSync(path).size, 0]]);
  });

  it('opens nothing and changes nothing when nothing changed', async () => {
    const path = put('1', session);
    await run();
    const before = viewOf(store);
    const opened: string[] = [];
    const report = await ingest(store, testOptions([path]), [
      { ...fakeAgent, detect: (head) => opened.push(head) > 0 },
    ]);
    expect([report.sources.unchanged, report.bytesRead, opened]).toEqual([1, 0, []]);
    expect(viewOf(store)).toEqual(before);
  });

  it('reads a grown source from where it ended', async () => {
    const path = put('1', session);
    await run();
    const line = `${JSON.stringify({ key: 'd', parent: 'c', time: 4, say: 'grown' })}\n`;
    appendFileSync(path, line);
    const report = await run();
    expect(report).toMatchObject({
      sources: { grown: 1, new: 0 },
      turns: { new: 1, known: 0 },
      bytesRead: line.length,
    });
    expect(report.conversations).toEqual({ new: 0, grown: 1 });
    expect(heads()).toEqual(['ma grown']);
  });

  it('waits for the end of a line that is half written', async () => {
    const path = put('1', session, '{"key":"d","parent":"c",');
    expect((await run()).problems).toEqual([]);
    appendFileSync(path, '"time":4,"say":"whole"}\n');
    await run();
    expect(heads()).toEqual(['ma whole']);
  });

  it('reads a rewritten source whole, and says once what it tells otherwise under a key that is known', async () => {
    const path = put('1', session);
    await run();
    writeFake(path, [...session.slice(0, 3), { key: 'c', parent: 'b', time: 3, say: 'another way entirely' }]);
    const report = await run();
    expect(report).toMatchObject({ sources: { rewritten: 1 }, turns: { new: 0, known: 3 }, branches: 0, differing: 1 });
    expect(report.problems.map(({ code, count }) => [code, count])).toEqual([['KNOWN_OTHERWISE', 1]]);
    expect(heads()).toEqual(['ma more']);
  });

  it('notices a rewrite that left size and end as they were', async () => {
    const path = put('1', session);
    await run();
    writeFake(path, [{ session: 't', title: 'A title' }, ...session.slice(1)]);
    utimesSync(path, 1, 1);
    expect((await run()).sources).toMatchObject({ rewritten: 1 });
  });

  it('takes a source that was only touched as unchanged', async () => {
    const path = put('1', session);
    await run();
    utimesSync(path, 1, 1);
    const report = await run();
    expect([report.sources.unchanged, report.turns.new, report.bytesRead]).toEqual([1, 0, 0]);
  });

  it('counts a vanished source and removes nothing', async () => {
    const path = put('1', session);
    await run();
    const before = viewOf(store);
    rmSync(path);
    expect((await run()).sources).toMatchObject({ found: 0, vanished: 1 });
    expect(viewOf(store)).toEqual(before);
  });

  it('goes on after a broken line and names file and line', async () => {
    const path = put('1', session.slice(0, 2), 'not json\n');
    appendFileSync(path, `${JSON.stringify(session[2])}\n`);
    const report = await run();
    expect(report.problems).toMatchObject([{ code: 'BROKEN_LINE', file: path, line: 3 }]);
    expect([report.turns.new, report.sources.withProblems]).toEqual([2, 1]);
  });

  it('goes on with the next source when an importer fails', async () => {
    put('1', session);
    put('2', [{ session: 'u' }, { key: 'x', parent: null, time: 1, say: 'fine' }]);
    const failing = {
      ...fakeAgent,
      read: (input: Parameters<typeof fakeAgent.read>[0]) => {
        if (input.path.endsWith('1.fake')) throw new RangeError('a bug');
        return fakeAgent.read(input);
      },
    };
    const report = await ingest(store, testOptions([dir]), [failing]);
    expect(report.problems).toMatchObject([{ code: 'NOT_READ', file: join(dir, '1.fake') }]);
    expect(report.turns.new).toBe(1);
    expect((await run()).turns.new).toBe(3);
  });

  it('ignores what no importer knows, and says so when it was named', async () => {
    const path = join(dir, 'odd.fake');
    writeFileSync(path, 'something else');
    expect(await run()).toMatchObject({ sources: { ignored: 1 }, problems: [] });
    expect((await run(path)).problems).toMatchObject([{ code: 'NOT_A_SESSION', file: path }]);
  });

  it('repeats the time of the turn before where a turn has none', async () => {
    put('1', [
      { session: 's' },
      { key: 'a', parent: null, time: 7, say: 'x' },
      { key: 'b', parent: 'a', time: null, say: 'y' },
    ]);
    await run();
    const [conversation] = conversations();
    expect(conversation && store.listTurns(conversation.id).map((turn) => turn.timeMs)).toEqual([7, 7]);
  });

  it('redacts before anything is hashed, and counts what fired', async () => {
    const secret = ['hunter2', 'hunter2'].join('-');
    put('1', [
      { session: 's', title: `about ${secret}` },
      { key: 'a', parent: null, time: 1, say: `it is ${secret}` },
    ]);
    const report = await run(dir, { redact: { words: [secret], personal: false, knownValues: [] } });
    expect(Object.values(report.redactions)).toEqual([1]);
    expect(heads().join()).not.toContain(secret);
    expect(JSON.stringify(conversations()[0]?.meta)).not.toContain(secret);
    expect(conversations()[0]?.meta.redactions).toEqual(report.redactions);
  });

  it('decides all and writes nothing in a dry run', async () => {
    const path = put('1', session);
    const kept = join(dir, 'kept');
    const dry = await run(dir, { dryRun: true, sourcesDir: kept });
    expect([viewOf(store), listKeptSources(kept)]).toEqual([[], []]);
    const real = await run(dir);
    expect(dry).toEqual(real);
    appendFileSync(path, `${JSON.stringify({ key: 'd', parent: 'b', time: 4, say: 'fork' })}\n`);
    const again = await run(dir, { dryRun: true });
    expect(again).toMatchObject({
      turns: { new: 1, known: 0 },
      branches: 1,
      conversations: { new: 0, grown: 1 },
      prompts: 1,
    });
    expect(await run(dir)).toEqual(again);
  });

  it('keeps the bytes of the agent, complete before the ledger speaks of them', async () => {
    const path = put('1', session, 'half a li');
    const kept = join(dir, 'kept');
    await run(path, { sourcesDir: kept });
    expect(Buffer.from(restoreSource(kept, path) ?? []).toString()).toMatch(/half a li$/);
    appendFileSync(path, 'ne\n');
    await run(path, { sourcesDir: kept });
    expect(Buffer.from(restoreSource(kept, path) ?? []).toString()).toMatch(/half a line\n$/);
    expect(listKeptSources(kept)).toMatchObject([{ path, importer: 'fake', generations: [{ frames: [{}, {}] }] }]);
  });

  it('keeps the bytes again when what is kept of an unchanged source is gone or empty', async () => {
    const path = put('1', session);
    const kept = join(dir, 'kept');
    await run(path, { sourcesDir: kept });
    const whole = restoreSource(kept, path);
    const index = join(kept, globSync('**/index.json', { cwd: kept })[0] ?? '');
    const harms = [() => writeFileSync(index, ''), () => rmSync(index), () => rmSync(kept, { recursive: true })];
    for (const harm of harms) {
      harm();
      expect(await run(path, { sourcesDir: kept })).toMatchObject({ sources: { unchanged: 1 }, turns: { new: 0 } });
      expect(restoreSource(kept, path)).toEqual(whole);
    }
  });

  it('reads anew what the ledger knows and the archive has lost', async () => {
    put('1', session);
    await run();
    const rows = listSources(store.ledger);
    const other = emptyStore();
    other.ledger.record({ sources: rows });
    expect(await run(dir, {}, other)).toMatchObject({ sources: { new: 1 }, turns: { new: 3 } });
  });
});

describe('a native key', () => {
  const value = 'correct-horse-battery-staple';
  const secret = [...session, { key: 'd', parent: 'c', time: 4, say: `it is ${value}` }];
  const says = () => conversations().flatMap(({ id }) => store.listTurns(id).map(({ hash }) => textOf(store, hash)));

  it('brings no secret back that was redacted once, whatever copy it comes from', async () => {
    put('1', secret);
    const redact = { words: [], personal: false, knownValues: [value] };
    await run(dir, { redact });
    put('2', [...secret, { key: 'e', parent: 'd', time: 5, say: 'resumed' }]);
    expect(await run()).toMatchObject({ turns: { new: 1 }, differing: 1, branches: 0 });
    expect(says().join()).not.toContain(value);
    expect(heads()).toEqual(['ma resumed']);
    // it was said once: nothing of either source has changed since
    expect(await run()).toMatchObject({ problemCount: 0, differing: 0 });
  });

  it('takes a change that its agent says it made, with all that stands behind it', async () => {
    put('1', [...session, { key: 'd', parent: 'c', time: 4, parts: ['so'] }]);
    await run();
    put('2', [...session.slice(0, 2), { key: 'b', parent: 'a', time: 2, parts: ['hi there'], replaces: true }]);
    await run();
    put('3', [
      ...session,
      { key: 'd', parent: 'c', time: 4, parts: ['so'] },
      { key: 'e', parent: 'd', time: 5, say: 'go on' },
    ]);
    await run();
    const [conversation] = conversations();
    const path: string[] = [];
    for (
      let at = store.findTurn(conversation?.heads.find(({ name }) => name === 'main')?.turn ?? '');
      at !== undefined;
    ) {
      path.unshift(textOf(store, at.hash));
      at = at.parent === null ? undefined : store.findTurn(at.parent);
    }
    expect(path).toEqual(['hello', 'hi there', 'more', 'so', 'go on']);
  });

  it('has the time and the place of its earliest telling, whichever of a copy and its origin is read first', async () => {
    const origin: readonly FakeLine[] = [
      { session: 's' },
      { key: 'a', parent: null, time: 1, say: 'hello' },
      { key: 'n', parent: 'a', time: 2, parts: ['a note that the copy lacks'] },
      { key: 'b', parent: 'n', time: 3, parts: ['hi'] },
      { key: 'c', parent: 'b', time: 4, say: 'more' },
      { key: 'd', parent: 'c', time: 5, parts: ['on this way'] },
    ];
    const copy: readonly FakeLine[] = [
      { session: 't' },
      { key: 'a', parent: null, time: 50, say: 'hello' },
      { key: 'b', parent: 'a', time: 50, parts: ['hi'] },
      { key: 'c', parent: 'b', time: 4, say: 'more' },
      { key: 'x', parent: 'c', time: 60, say: 'on another' },
    ];
    const ends: string[] = [];
    for (const order of permutations([
      ['copy', copy],
      ['copy of the copy', copy.map((line) => (line.time === 50 ? { ...line, time: 55 } : line))],
      ['origin', origin],
    ] as const)) {
      store = emptyStore();
      for (const [name, lines] of order) await run(put(name, lines));
      // the clients gave the copies no other words: nothing is told otherwise, and a second reading changes nothing
      expect(await run()).toMatchObject({ turns: { new: 0 }, differing: 0, branches: 0 });
      ends.push(
        canonicalJson((viewOf(store) as { meta: { joined?: string } }[]).filter(({ meta }) => !meta.joined) as never),
      );
      expect(heads().filter((head) => head.endsWith('on another'))).toContain('ma on another');
    }
    expect(new Set(ends)).toHaveLength(1);
    expect(JSON.parse(ends[0] ?? '')).toMatchObject([{ turns: { length: 6 }, heads: { length: 2 } }]);
  });

  it('keeps the words that were read first when an origin with other ones gives it its time', async () => {
    const copy = [{ session: 't' }, { key: 'a', parent: null, time: 50, say: `it is ${value}` }];
    put('copy', copy);
    await run(dir, { redact: { words: [], personal: false, knownValues: [value] } });
    put('origin', [{ session: 's' }, { ...copy[1], time: 1 }]);
    expect(await run()).toMatchObject({ differing: 1 });
    expect(says().join()).not.toContain(value);
    const live = conversations().filter(({ meta }) => meta.joined === undefined);
    expect(live.map(({ heads: [main] }) => store.findTurn(main?.turn ?? '')?.timeMs)).toEqual([1]);
  });

  it('stays where it was when the places of an origin lead in a circle', async () => {
    const told = (b: number, parents: readonly [string | null, string, string]): readonly FakeLine[] => [
      { session: 's' },
      { key: 'a', parent: parents[0], time: 1, say: 'a' },
      { key: 'b', parent: parents[1], time: b, parts: ['b'] },
      { key: 'c', parent: parents[2], time: 3, parts: ['c'] },
    ];
    put('1', told(9, [null, 'a', 'b']));
    await run();
    put('2', told(2, [null, 'c', 'b']));
    expect(await run()).toMatchObject({ differing: 0 });
    expect(heads()).toEqual(['ma c']);
  });

  it('that was withdrawn stays withdrawn when the log that says so is lost', async () => {
    put('1', session);
    await run();
    const [id] = conversations().map((each) => each.id);
    const turn = store.listTurns(id as never)[2];
    const lost = {
      ...store,
      ledger: { ...store.ledger, isWithdrawn: (key: string) => key === 'c', findKey: () => undefined },
    };
    expect(turn).toBeDefined();
    store = emptyStore();
    const empty = { ...store, ledger: { ...store.ledger, isWithdrawn: lost.ledger.isWithdrawn } };
    await run(dir, {}, empty);
    expect(heads(empty)).toEqual(['ma hi']);
  });
});

describe('order', () => {
  it('joins slices in whatever order and runs they are read, and says which conversation took them over', async () => {
    const whole: readonly FakeLine[] = Array.from({ length: 9 }, (_, i) => ({
      ...{ key: `k${i}`, parent: i === 0 ? null : `k${i - 1}`, time: i + 1, say: `word ${i}` },
    }));
    const slices = [whole.slice(0, 3), whole.slice(3, 6), whole.slice(6)];
    put('w', [{ session: 's' }, ...whole]);
    await run();
    const expected = { heads: heads(), ids: conversations().map(({ id }) => id) };
    for (const order of permutations([0, 1, 2])) {
      rmSync(dir, { recursive: true });
      store = emptyStore();
      for (const i of order) {
        put(String(i), [{ session: 's' }, ...(slices[i] ?? [])]);
        await run();
      }
      const live = conversations().filter(({ meta }) => meta.joined === undefined);
      expect(
        live.map(({ id }) => id),
        order.join(),
      ).toEqual(expected.ids);
      const [main] = live;
      expect(main?.heads.map(({ name, turn }) => `${name.slice(0, 2)} ${textOf(store, turn)}`)).toEqual(expected.heads);
      for (const { meta } of conversations()) expect([undefined, ...expected.ids]).toContain(meta.joined);
    }
  });

  it('joins a slice to its beginning in whichever order the two are found', async () => {
    put('1-slice', [{ session: 's' }, { key: 'c', parent: 'b', time: 3, say: 'end' }]);
    put('2-whole', [...session.slice(0, 3)]);
    await run();
    expect(heads()).toEqual(['ma end']);
  });

  it('makes a slice whose beginning is lost a conversation', async () => {
    put('1', [
      { session: 's' },
      { key: 'c', parent: 'b', time: 3, say: 'end' },
      { key: 'd', parent: 'c', time: 4, say: 'on' },
    ]);
    put('2', [
      { session: 's' },
      { key: 'd', parent: 'c', time: 4, say: 'on' },
      { key: 'e', parent: 'd', time: 5, say: 'last' },
    ]);
    expect(await run()).toMatchObject({ conversations: { new: 1 }, turns: { new: 3, known: 1 } });
    expect(heads()).toEqual(['ma last']);
  });

  it('chooses among slices the one that holds what the others miss, wherever it stands', async () => {
    put('1', [
      { session: 's' },
      { key: 'd', parent: 'c', time: 4, say: 'on' },
      { key: 'e', parent: 'd', time: 5, say: 'last' },
    ]);
    put('2', [
      { session: 's' },
      { key: 'c', parent: 'b', time: 3, say: 'end' },
      { key: 'd', parent: 'c', time: 4, say: 'on' },
    ]);
    expect(await run()).toMatchObject({ conversations: { new: 1 } });
  });

  it('reads a source after the session that it names', async () => {
    const read: string[] = [];
    const watched = {
      ...fakeAgent,
      read: (input: Parameters<typeof fakeAgent.read>[0]) => {
        read.push(input.path.slice(-6, -5));
        return fakeAgent.read(input);
      },
    };
    put('1', [{ session: 's1', after: 's3' }]);
    put('2', [{ session: 's2', after: 's1' }]);
    put('3', [{ session: 's3', after: 's2' }]);
    put('4', [{ session: 's4' }]);
    await ingest(store, testOptions([dir]), [watched]);
    expect(read).toHaveLength(4);
    expect(read.indexOf('1')).toBeLessThan(read.indexOf('2') + 4);
    read.length = 0;
    rmSync(join(dir, '3.fake'));
    put('3', [{ session: 's3' }]);
    await ingest(emptyStore(), testOptions([dir]), [watched]);
    expect(read).toEqual(['3', '1', '2', '4']);
  });

  it('links a sub-agent to the turn that started it, in one run or in a later one', async () => {
    const child: FakeLine[] = [
      { session: 'child', startedBy: 'b' },
      { key: 'k', parent: null, time: 2, say: 'task' },
    ];
    const links = (into: IngestStore) => conversations(into).flatMap((each) => each.meta.parent ?? []);
    put('1-child', child);
    await run();
    expect(links(store)).toEqual([{ session: 'starter', tool_call: 'b' }]);
    put('2-parent', session);
    await run();
    const [link] = links(store);
    expect(textOf(store, link?.turn ?? '')).toBe('hi');
    const together = emptyStore();
    await run(dir, {}, together);
    expect(viewOf(together)).toEqual(viewOf(store));
  });

  const grown: readonly FakeLine[] = [
    ...session,
    { key: 'd', parent: 'c', time: 4, parts: ['one'] },
    { key: 'e', parent: 'b', time: 5, say: 'rewound' },
    { title: 'Later title', key: 'f', parent: 'e', time: 6, parts: ['two', 'three'] },
    { key: 'g', parent: 'd', time: 7, say: 'back on the first way' },
  ];

  it('says no free words of a conversation whose meta was taken back, however it grows', async () => {
    const archive = createMemoryArchive({ origin: 'example.org/a' });
    await run(put('s', session), {}, archive);
    const id = conversations(archive)[0]?.id;
    if (id === undefined) throw new Error('no conversation');
    archive.withdrawMeta(id, 2, 9);
    expect(archive.getConversation(id).meta).toEqual({});
    await run(put('s', grown), {}, archive);
    const { meta, metaWithheld } = archive.getConversation(id);
    expect(meta).toMatchObject({ agent: 'fake', sessions: ['s'] });
    expect([meta.title, meta.project, meta.cwd, meta.tags, metaWithheld]).toEqual([...Array(4).fill(undefined), true]);
    archive.close();
  });

  it('ends the same for growing snapshots of one session, in any order', async () => {
    const alone = emptyStore();
    const last = put('alone/s', grown);
    await run(last, {}, alone);
    const cuts = [3, 5, 6, grown.length];
    const paths = cuts.map((lines, i) => put(`cut-${i}/s`, grown.slice(0, lines)));
    for (const order of permutations(paths)) {
      const mixed = emptyStore();
      for (const path of order) await run(path, {}, mixed);
      expect(viewOf(mixed), order.join(' ')).toEqual(viewOf(alone));
    }
  });

  it('ends the same for a file that grew line by line', async () => {
    const alone = emptyStore();
    await run(put('alone/s', grown), {}, alone);
    for (let lines = 1; lines <= grown.length; lines++) await run(put('step/s', grown.slice(0, lines)));
    expect(viewOf(store)).toEqual(viewOf(alone));
  });

  it('ends the same for a session and its resumed and forked copies, in any order', async () => {
    const paths = [
      put('original', session),
      put('resumed', [{ session: 'r' }, ...session.slice(1), { key: 'r1', parent: 'c', time: 9, say: 'resumed' }]),
      put('forked', [
        { session: 'f', title: 'Fork' },
        ...session.slice(1, 3),
        { key: 'f1', parent: 'b', time: 8, say: 'forked' },
      ]),
      put('slice', [
        { session: 'z' },
        { key: 'r1', parent: 'c', time: 9, say: 'resumed' },
        { key: 'z1', parent: 'r1', time: 5, say: 'z' },
      ]),
    ];
    const views = new Set<string>();
    for (const order of permutations(paths.slice(0, 3))) {
      const mixed = emptyStore();
      for (const path of [...order, ...paths.slice(3)]) await run(path, {}, mixed);
      views.add(canonicalJson(viewOf(mixed)));
    }
    const once = emptyStore();
    await run(dir, {}, once);
    views.add(canonicalJson(viewOf(once)));
    expect(views.size).toBe(1);
    expect(heads(once)).toEqual(['b- z', 'ma forked']);
  });

  it('puts turns between known ones when a copy was read first that lacks them, and takes none out when it is read later', async () => {
    const whole = put('whole', [
      ...session,
      { key: 'r1', parent: 'c', time: 4, parts: ['first answer'] },
      { key: 'r2', parent: 'r1', time: 5, parts: ['second answer'] },
      { key: 'q', parent: 'r2', time: 6, say: 'from the queue' },
      { key: 'd', parent: 'q', time: 7, parts: ['on'], open: true },
    ]);
    const copy = put('copy', [
      { session: 'c' },
      ...session.slice(1),
      { key: 'r2', parent: 'c', time: 5, parts: ['second answer'] },
      { key: 'd', parent: 'r2', time: 7, parts: ['on'] },
      { key: 'e', parent: 'd', time: 8, say: 'resumed' },
    ]);
    for (const order of permutations([whole, copy])) {
      const mixed = emptyStore();
      for (const path of [...order, ...order]) await run(path, { settle: true }, mixed);
      expect(heads(mixed)).toEqual(['ma resumed']);
      expect(viewOf(mixed)).toMatchObject([{ turns: { length: 8 } }]);
    }
  });

  it('is healed by the next run when it was killed before or after any commit, or before the ledger knew of it', async () => {
    const r2 = { key: 'r2', time: 5, parts: ['second answer'] };
    const histories: readonly (readonly [string, readonly FakeLine[]])[][] = [
      // a slice is joined to its beginning, and that to one of its own
      [
        [
          'slice',
          [{ session: 'z' }, { key: 'd', parent: 'c', time: 5, parts: ['on'] }, { key: 'e', parent: 'd', time: 6 }],
        ],
        ['middle', [{ session: 's' }, { key: 'c', parent: 'b', time: 3, say: 'more' }]],
        ['begin', session],
      ],
      // a copy with other times, without a turn that stands between
      [
        [
          'copy',
          [
            { session: 'c' },
            ...session.slice(1, 3),
            { key: 'c', parent: 'b', time: 30, say: 'more' },
            { ...r2, parent: 'c', time: 50 },
            { key: 'e', parent: 'r2', time: 60 },
          ],
        ],
        ['whole', [...session, { key: 'r1', parent: 'c', time: 4, parts: ['first answer'] }, { ...r2, parent: 'r1' }]],
      ],
      // a message that was taken before its end, and what came of it
      [
        ['early', [...session, { key: 'd', parent: 'c', time: 4, parts: ['one'], open: true }]],
        [
          'late',
          [...session, { key: 'd', parent: 'c', time: 4, parts: ['one', 'two'] }, { key: 'e', parent: 'd', time: 5 }],
        ],
      ],
    ];
    for (const [n, history] of histories.entries()) {
      const paths = history.map(([name, lines]) => put(`${n}/${name}`, lines));
      const sound = emptyStore();
      for (const path of paths) await run(path, { settle: true }, sound);
      let kills = 0;
      for (const kind of ['before', 'after', 'ledger'] as const) {
        for (let at = 0; ; at++) {
          const kept = emptyStore();
          const killer = killedAt(kept, kind, at);
          for (const path of paths) {
            await run(path, { settle: true }, killer.store).catch(() => undefined);
            if (killer.killed()) await run(path, { settle: true }, kept);
          }
          if (!killer.killed()) break;
          kills++;
          expect(viewOf(kept), `history ${n}, killed ${kind} ${at}`).toEqual(viewOf(sound));
        }
      }
      expect(kills).toBeGreaterThan(5);
    }
  });

  it('takes an unfinished message when told to, and forgets it as a branch when its end has come', async () => {
    const lines: readonly FakeLine[] = [
      ...session,
      { key: 'd', parent: 'c', time: 4, parts: ['one'], open: true },
      { key: 'd', parent: 'c', time: 4, parts: ['one', 'two'] },
      { key: 'e', parent: 'd', time: 5, say: 'after' },
    ];
    const alone = emptyStore();
    await run(put('alone/s', lines), {}, alone);
    const early = put('early/s', lines.slice(0, 5));
    const late = put('late/s', lines);
    for (const order of permutations([early, late])) {
      const mixed = emptyStore();
      for (const path of order) await run(path, { settle: true }, mixed);
      expect(viewOf(mixed)).toEqual(viewOf(alone));
    }
    expect((await run(early)).waiting).toBe(1);
    expect(heads()).toEqual(['ma more']);
    const settled = await run(early, { settle: true });
    expect([settled.turns.new, heads()]).toEqual([1, ['ma one']]);
    writeFake(early, lines);
    await run(early);
    expect(viewOf(store)).toEqual(viewOf(alone));
  });

  it('looks again at what waits when a longer silence may have ended it, and at no other time', async () => {
    const open = put('1', [...session, { key: 'd', parent: 'c', time: 4, parts: ['one'], open: true }]);
    const MINUTE = 60_000;
    const isRead = async (minutes: number) =>
      (await run(open, { nowMs: statSync(open).mtimeMs + minutes * MINUTE })).bytesRead > 0;
    const looks: boolean[] = [];
    for (const minutes of [1, 2, 11, 12, 1000, 1441, 1442, 100_000]) looks.push(await isRead(minutes));
    expect(looks).toEqual([true, false, true, false, false, true, false, false]);
  });

  it('does not count redactions of an unfinished message twice', async () => {
    const secret = ['open', 'sesame', '1234'].join('-');
    const redact = { words: [secret], personal: false, knownValues: [] };
    const lines: readonly FakeLine[] = [
      ...session,
      { key: 'd', parent: 'c', time: 4, parts: [secret], open: true },
      { key: 'd', parent: 'c', time: 4, parts: [secret, 'two'] },
    ];
    const path = put('1', lines.slice(0, 5));
    await run(path, { settle: true, redact });
    writeFake(path, lines);
    await run(path, { redact });
    expect(Object.values(conversations()[0]?.meta.redactions ?? {})).toEqual([1]);
  });

  it('counts redactions by turn: a session in pieces, and copies that go different ways, say what the whole says', async () => {
    const secret = ['open', 'sesame', '1234'].join('-');
    const redact = { words: [secret], personal: false, knownValues: [] };
    const lines: readonly FakeLine[] = [
      ...session,
      { key: 'd', parent: 'c', time: 4, say: `one ${secret}` },
      { key: 'e', parent: 'd', time: 5, parts: [`two ${secret} ${secret}`] },
      { key: 'f', parent: 'e', time: 6, say: `one ${secret}` },
    ];
    const other: FakeLine = { key: 'g', parent: 'd', time: 7, say: `another way ${secret}` };
    const header = lines.slice(0, 1);
    const pieces = [
      put('1', lines.slice(0, 5)),
      put('2', [...header, ...lines.slice(5)]),
      put('3', [...header, other]),
    ];
    const copy = put('4', lines);
    for (const order of permutations(pieces)) {
      const own = emptyStore();
      const counted = async (path: string) => {
        await run(path, { redact }, own);
        const all = viewOf(own) as readonly { readonly meta: Meta }[];
        return all.flatMap(({ meta }) => (meta.joined === undefined ? Object.values(meta.redactions ?? {}) : []));
      };
      for (const path of order.slice(0, 2)) await counted(path);
      expect(await counted(order[2] ?? '')).toEqual([5]);
      expect(await counted(copy)).toEqual([5]);
    }
  });

  it('counts what was taken out of stored turns, although a rewritten source is read without the word', async () => {
    const secret = ['open', 'sesame', '1234'].join('-');
    const redact = { words: [secret], personal: false, knownValues: [] };
    const lines: readonly FakeLine[] = [...session, { key: 'd', parent: 'c', time: 4, say: secret }];
    const path = put('1', lines);
    await run(path, { settle: true, redact });
    writeFake(path, [{ session: 's', title: 'Another title' }, ...lines.slice(1)]);
    const report = await run(path, { settle: true });
    expect(report.sources.rewritten).toBe(1);
    expect(conversations().flatMap(({ meta }) => Object.values(meta.redactions ?? {}))).toEqual([1]);
  });

  it('keeps main where it was when the ledger is lost and only an older copy is left', async () => {
    const older = put('older', session);
    put('newer', [{ session: 'n' }, ...session.slice(1), { key: 'd', parent: 'c', time: 9, say: 'newest' }]);
    await run();
    const before = viewOf(store);
    const forgetful: IngestStore = { ...store, ledger: emptyStore().ledger };
    await run(older, {}, forgetful);
    expect(viewOf({ ...store })).toEqual(before);
  });

  it('ends the same after being cut off at any commit', async () => {
    put('1-child', [
      { session: 'child', startedBy: 'b' },
      { key: 'k', parent: null, time: 2, say: 'task' },
    ]);
    put('2-parent', session);
    put('3-fork', [{ session: 'f' }, ...session.slice(1, 3), { key: 'f1', parent: 'b', time: 8, say: 'forked' }]);
    const whole = emptyStore();
    await run(dir, {}, whole);
    for (let last = 0; last < 6; last++) {
      const mixed = emptyStore();
      let writes = 0;
      const dying = <T extends unknown[], R>(work: (...args: T) => R) => {
        return (...args: T) => {
          if (writes++ === last) throw new Error('killed');
          return work(...args);
        };
      };
      const ledger = { ...mixed.ledger, record: dying(mixed.ledger.record) };
      const cut = run(dir, {}, { ...mixed, append: dying(mixed.append), ledger });
      const error: unknown = await cut.catch((thrown: unknown) => thrown);
      if (last < 2) expect(String(error)).toContain('killed');
      await run(dir, {}, mixed);
      expect(viewOf(mixed), `cut off at write ${last}`).toEqual(viewOf(whole));
    }
  });
});

/** A store that dies once: before or after a commit, or before what the ledger says of one. */
function killedAt(store: IngestStore, kind: 'before' | 'after' | 'ledger', at: number) {
  let left = at;
  let killed = false;
  const die = (here: typeof kind) => {
    if (killed || here !== kind || left-- > 0) return;
    killed = true;
    throw new Error('killed');
  };
  const dying: IngestStore = {
    ...store,
    append: (batch) => {
      die('before');
      const result = store.append(batch);
      die('after');
      return result;
    },
    ledger: {
      ...store.ledger,
      record: (change) => {
        die('ledger');
        store.ledger.record(change);
      },
    },
  };
  return { store: dying, killed: () => killed };
}
