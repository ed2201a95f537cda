/** A conversation that grew: what is not walked again comes out as if it had been, and what it costs follows the growth. */
/** Held against a site that was made at once; reads are counted, not timed. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArchiveReader, ArchiveWriter, PreparedTurn } from '../../../src/archive/archive.ts';
import type { Item } from '../../../src/model/item.ts';
import {
  answer,
  call,
  createTestSite,
  openTestArchive,
  prompt,
  response,
  type TestSite,
  tell,
} from '../site-fixture.ts';

const EXCHANGES = 230;
let archive: ArchiveWriter;
let site: TestSite;
let last: PreparedTurn;
let turns: readonly PreparedTurn[];
let id: PreparedTurn['hash'];

/** Three turns each, more than a page of a hundred in one place, and a call that is answered on a later page. */
function talk(from: number, to: number): readonly Item[] {
  return Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    const work = n === 60 ? Array.from({ length: 170 }, (_, k) => answer(`step ${k}`, call(`s${k}`, 'ls'))) : [];
    const late = n === 61 ? [response('s3', 'late')] : [];
    return [
      prompt(`question ${n}`),
      ...work,
      ...late,
      answer(`answer ${n}`, call(`c${n}`, `run ${n}`)),
      response(`c${n}`, 'ok'),
    ];
  }).flat();
}

const meta = { agent: 'codex', title: 'A long one', project: 'p' };

beforeEach(async () => {
  archive = openTestArchive();
  site = createTestSite();
  const told = tell(archive, { items: talk(0, EXCHANGES), meta });
  ({ id, turns } = told);
  last = turns.at(-1) as PreparedTurn;
  await site.build(archive);
});

afterEach(() => {
  archive.close();
  site.remove();
});

function grow(items: readonly Item[], more: { readonly after?: PreparedTurn; readonly head?: string } = {}): void {
  const { after = last, head } = more;
  const told = tell(archive, {
    items,
    after,
    conversation: id as never,
    minute: 5000,
    ...(head === undefined ? {} : { head }),
  });
  if (head === undefined) last = told.turns.at(-1) as PreparedTurn;
}

/** The archive, and how many turns were read of it. */
function counting(): { readonly reader: ArchiveReader; readonly read: () => number } {
  let read = 0;
  const reader = new Proxy(archive, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]) => {
        if (name === 'readPayloads') read += (args[0] as readonly unknown[]).length;
        return value.apply(target, args) as unknown;
      };
    },
  });
  return { reader, read: () => read };
}

async function expectAsMadeAtOnce(): Promise<void> {
  const fresh = createTestSite();
  try {
    await fresh.build(archive);
    const [grown, whole] = [site.readAll(), fresh.readAll()];
    expect([...grown.keys()]).toEqual([...whole.keys()]);
    for (const [path, content] of whole) expect([path, grown.get(path)]).toEqual([path, content]);
  } finally {
    fresh.remove();
  }
}

it('reads its first and its last pages only', async () => {
  for (const step of [1, 2, 3]) {
    grow(talk(EXCHANGES + step, EXCHANGES + step + 1));
    const { reader, read } = counting();
    await site.build(reader);
    expect([step, read() < 450]).toEqual([step, true]);
  }
  expect(turns.length).toBeGreaterThan(800);
  await expectAsMadeAtOnce();
});

it('comes out the same when it grows by several pages, and over a page that a long exchange cut', async () => {
  grow([prompt('much to do'), ...Array.from({ length: 200 }, (_, i) => answer(`step ${i}`, call(`m${i}`, 'ls')))]);
  await site.build(archive);
  grow(Array.from({ length: 200 }, (_, i) => answer(`more ${i}`)));
  await site.build(archive);
  grow(talk(300, 370));
  await site.build(archive);
  await expectAsMadeAtOnce();
});

it('walks every page again when one of them shows something else', async () => {
  const at = (n: number) => turns[n] as PreparedTurn;
  grow([prompt('another way'), answer('yes')], { after: at(300), head: 'b-1' });
  await site.build(archive);
  await expectAsMadeAtOnce();
  grow(talk(400, 401));
  archive.append({
    turns: [],
    heads: [],
    metas: [{ conversation: id as never, meta: { ...meta, title: 'Renamed' }, timeMs: 1 }],
  });
  await site.build(archive);
  await expectAsMadeAtOnce();
  tell(archive, {
    items: [prompt('sub-agent')],
    meta: { agent: 'codex', parent: { session: 's', conversation: id as never, tool_call: 'c100' } },
    minute: 7000,
  });
  await site.build(archive);
  expect(site.readAll().size).toBeGreaterThan(0);
  await expectAsMadeAtOnce();
  archive.withdraw(at(400).hash, 1, 1_800_000_000_000);
  grow(talk(402, 403));
  await site.build(archive);
  await expectAsMadeAtOnce();
});

it('goes on after the head went back to an earlier turn', async () => {
  grow(talk(500, 560));
  await site.build(archive);
  archive.append({
    turns: [],
    heads: [{ conversation: id as never, name: 'main', turn: (turns[200] as PreparedTurn).hash }],
  });
  await site.build(archive);
  await expectAsMadeAtOnce();
  archive.append({ turns: [], heads: [{ conversation: id as never, name: 'main', turn: last.hash }] });
  await site.build(archive);
  await expectAsMadeAtOnce();
});

it('makes a page again whose file was lost', async () => {
  const { rmSync } = await import('node:fs');
  rmSync(`${site.outputDir}/c`, { recursive: true });
  grow(talk(600, 601));
  await site.build(archive, { check: true });
  await expectAsMadeAtOnce();
});
