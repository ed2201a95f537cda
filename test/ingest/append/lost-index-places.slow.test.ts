import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive } from '../../../src/archive/archive.ts';
import { decodeUtf8 } from '../../../src/base/bytes.ts';
import type { Disk } from '../../../src/base/disk.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import { type IngestOptions, type IngestReport, ingest } from '../../../src/ingest/ingest.ts';
import { type FakeLine, fakeAgent, testOptions, writeFake } from '../fake-agent.ts';

const VALUE = 'correct-horse-battery-staple';
const HIDDEN = { words: [], personal: false, knownValues: [VALUE] };

let dir: string;
let disk: Disk;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-lost-'));
  disk = createMemoryDisk();
  createArchive('/a', { origin: 'example.org/test', nowMs: 0, disk });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string, lines: readonly FakeLine[]): string {
  return writeFake(join(dir, `${name}.fake`), lines);
}

/** Each time with a new index: what the one before knew is lost. */
async function withArchive<T>(work: (archive: ArchiveWriter) => T | Promise<T>): Promise<T> {
  const archive = openArchive('/a', { mode: 'write', disk, indexPath: ':memory:' });
  try {
    return await work(archive);
  } finally {
    archive.close();
  }
}

function run(more: Partial<IngestOptions> = {}): Promise<IngestReport> {
  return withArchive((archive) => ingest(archive, testOptions([dir], more), [fakeAgent]));
}

/** What a clone without `private/` lacks. */
function loseIds(): void {
  if (disk.stat('/a/private/native-ids') !== undefined) disk.unlink('/a/private/native-ids');
}

interface Shown {
  readonly conversations: number;
  readonly branches: number;
  readonly titles: readonly (string | undefined)[];
  readonly words: string;
}

function look(): Promise<Shown> {
  return withArchive((archive) => {
    const live = [...archive.walkConversations()].filter(({ meta }) => meta.joined === undefined);
    const words = [...archive.walkConversations()].flatMap(({ id }) =>
      [...archive.readPayloads(archive.listTurns(id)), ...archive.readMetas(id)].map((payload) =>
        payload.status === 'present' ? decodeUtf8(payload.bytes) : '',
      ),
    );
    return {
      conversations: live.length,
      branches: live.flatMap(({ heads }) => heads).length - live.length,
      titles: live.map(({ meta }) => meta.title),
      words: words.join('\n'),
    };
  });
}

const session: readonly FakeLine[] = [
  { session: 's', title: 'A title' },
  { key: 'a', parent: null, time: 1, say: 'hello' },
  { key: 'b', parent: 'a', time: 2, parts: ['hi'] },
  { key: 'c', parent: 'b', time: 3, say: 'more' },
];
const secret = `it is ${VALUE}, as you know`;
const more: FakeLine = { key: 'z', parent: 'c', time: 9, say: 'resumed' };
const [head, a, b, c] = session as readonly [FakeLine, FakeLine, FakeLine, FakeLine];

/** Where a secret can stand. */
const PLACES: Readonly<Record<string, readonly FakeLine[]>> = {
  'the first prompt': [head, { ...a, say: secret }, b, c],
  'a first prompt that is nothing else': [head, { ...a, say: VALUE }, b, c],
  'an answer': [head, a, { ...b, parts: ['first', secret] }, c],
  'the last prompt': [head, a, b, { ...c, say: secret }],
  'several turns': [head, { ...a, say: secret }, { ...b, parts: [secret, secret] }, { ...c, say: secret }],
  'the title': [{ ...head, title: `About ${VALUE}` }, a, b, c],
  'a title that is nothing else': [{ ...head, title: VALUE }, a, b, c],
  'words that the agent changed': [head, a, b, { ...b, parts: [secret], replaces: true }, c],
};

describe.each([
  ['an index is lost', () => {}],
  ['an archive comes without private/', loseIds],
])('when %s', (_, lose) => {
  it.each(Object.entries(PLACES))('a secret in %s does not come back with a copy', async (__, lines) => {
    put('1', lines);
    await run({ redact: HIDDEN });
    const before = await look();
    expect(before.words).not.toContain(VALUE);
    lose();
    put('2', [...lines, more]);
    await run();
    const after = await look();
    expect(after.words).not.toContain(VALUE);
    expect(after).toMatchObject({ conversations: 1, branches: 0, titles: before.titles });
    expect(after.words).toContain('resumed');
  });

  it.each(Object.entries(PLACES))('a secret in %s does not come back with its source', async (__, lines) => {
    put('1', lines);
    await run({ redact: HIDDEN });
    const before = await look();
    lose();
    await run();
    await run({ redact: HIDDEN });
    await run();
    expect(await look()).toEqual(before);
  });

  it.each(Object.entries(PLACES))('a variable that is set later makes no second turn of %s', async (__, lines) => {
    put('1', lines);
    await run();
    const before = await look();
    lose();
    await run({ redact: HIDDEN });
    expect(await look()).toMatchObject({ conversations: 1, branches: before.branches });
  });

  it('what was withdrawn does not come back in other words', async () => {
    put('1', [head, a, b, { ...c, say: secret }]);
    await run({ redact: HIDDEN });
    await withArchive((archive) => {
      const [found] = archive.walkConversations();
      const turns = archive.listTurns(found?.id ?? ('' as never));
      for (const { hash } of [turns[0], turns[2]].flatMap((turn) => turn ?? [])) archive.withdraw(hash, 1, 0);
    });
    lose();
    put('2', [head, { ...a, say: 'hello' }, b, { ...c, say: secret }, more]);
    await run();
    const { words, conversations, branches } = await look();
    expect([words.includes(VALUE), words.includes('hello'), conversations, branches]).toEqual([false, false, 1, 0]);
  });

  it('an end that is not sure yet moves nothing back', async () => {
    put('1', [...session, { key: 'd', parent: 'c', time: 4, parts: ['so'], open: true }]);
    await run({ settle: true });
    const before = await look();
    lose();
    await run();
    expect(await look()).toEqual(before);
  });

  it('says once that a source tells something else', async () => {
    put('1', [head, { ...a, say: secret }, b, c]);
    await run({ redact: HIDDEN });
    lose();
    expect(await run()).toMatchObject({ turns: { new: 0 }, differing: 1 });
  });

  it('a copy that lacks what stood between goes on where the archive does', async () => {
    put('1', [head, a, { ...b, parts: ['first', 'note'] }, { ...c, parent: 'b', say: secret }]);
    await run({ redact: HIDDEN });
    lose();
    put('2', [head, a, { ...c, parent: 'a', say: secret }, more]);
    await run();
    const { words, conversations, branches } = await look();
    expect([words.includes(VALUE), words.includes('resumed'), conversations, branches]).toEqual([false, true, 1, 0]);
  });

  it('words that come again one below the other are told twice', async () => {
    put('1', [
      head,
      a,
      { ...c, parent: 'a', say: `${secret} again`, time: 5 },
      { ...c, key: 'd', parent: 'c', say: secret, time: 6 },
    ]);
    await run({ redact: HIDDEN });
    lose();
    put('1', [
      head,
      a,
      { ...c, parent: 'a', say: `${secret} again`, time: 5 },
      { ...c, key: 'd', parent: 'c', say: secret, time: 6 },
      { ...c, key: 'e', parent: 'd', say: 'it is all, as you know', time: 6 },
    ]);
    await run();
    const { words, branches } = await look();
    expect([words.includes(VALUE), words.includes('it is all'), branches]).toEqual([false, true, 0]);
  });

  it('two prompts of one place that differ in their secrets stay two', async () => {
    put('1', [head, { ...a, say: `use ${VALUE}` }, { ...a, key: 'a2', time: 5, say: 'use another one' }]);
    await run({ redact: HIDDEN });
    lose();
    put('2', [head, { ...a, key: 'a3', time: 6, say: `use ${VALUE}` }]);
    await run({ redact: HIDDEN });
    expect(await look()).toMatchObject({ conversations: 3 });
  });

  it('another session of the same moment with other words is another conversation', async () => {
    put('1', [head, { ...a, say: `first ${VALUE} and then rest` }, b]);
    await run({ redact: HIDDEN });
    lose();
    put('2', [{ session: 't' }, { ...a, key: 'x', say: 'first try it and then stop' }]);
    put('3', [{ session: 'u' }, { ...a, key: 'y', parts: [`first ${VALUE} and then rest`] }]);
    await run();
    const { conversations, words } = await look();
    expect([conversations, words.includes('then stop')]).toEqual([3, true]);
  });

  it('a turn that says what marks say is told from one that does not', async () => {
    put('1', [head, { ...a, say: 'the word [redacted:password:1] stands in the docs' }, b]);
    await run();
    lose();
    put('2', [{ session: 't' }, { ...a, key: 'x', time: 7, say: 'the word hunter2 stands in the docs' }]);
    await run();
    const { conversations, words } = await look();
    expect([conversations, words.includes('hunter2')]).toEqual([2, true]);
  });

  it('a branch of its own stays one', async () => {
    put('1', [head, a, b, { ...c, say: secret }]);
    await run({ redact: HIDDEN });
    lose();
    put('2', [head, a, b, { key: 'd', parent: 'b', time: 8, say: 'it is something else, as you know' }]);
    await run();
    expect(await look()).toMatchObject({ conversations: 1, branches: 1 });
  });
});
