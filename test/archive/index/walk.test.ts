/** Walking conversations and sources from the index in pages, and asking only for what changed. */
/** More rows than a page holds, equal times, and changes between two looks. */

import { describe, expect, it } from 'vitest';
import { type ArchiveWriter, createMemoryArchive, type LedgerSource } from '../../../src/archive/archive.ts';
import { listSources } from '../ledger-sources.ts';
import { at, chain, START } from '../turns.ts';

const COUNT = 600;

/** Every third conversation has the times of the one before. */
function archiveOfMany(): ArchiveWriter {
  const archive = createMemoryArchive({ origin: 'example.org/walk' });
  const all = Array.from({ length: COUNT }, (_, i) => chain(1 + (i % 3), `conversation ${i}`));
  archive.append({
    turns: all.flat(),
    metas: all.map((turns, i) => ({
      conversation: at(turns, 0).hash,
      meta: { agent: i % 2 === 0 ? 'even' : 'odd', project: `p${i % 5}` },
      timeMs: START,
    })),
  });
  return archive;
}

function idsOf(walk: Iterable<{ readonly id: string }>): string[] {
  return [...walk].map(({ id }) => id);
}

describe('a walk over conversations', () => {
  it('gives every one once, newest first, equal times by id, and the other way round', () => {
    const archive = archiveOfMany();
    const listed = [...archive.walkConversations()];
    expect(new Set(idsOf(listed)).size).toBe(COUNT);
    expect(listed).toEqual(listed.toSorted((a, b) => b.lastMs - a.lastMs || (a.id < b.id ? -1 : 1)));
    expect(idsOf(archive.walkConversations({ order: 'oldest' }))).toEqual(idsOf(listed).reverse());
    expect(new Set(idsOf(archive.walkConversations({ order: 'changed' }))).size).toBe(COUNT);
  });

  it('takes only those of an agent and a project, and counts them and their turns', () => {
    const archive = archiveOfMany();
    const fits = [...archive.walkConversations()].filter(({ meta }) => meta.agent === 'odd' && meta.project === 'p3');
    expect([...archive.walkConversations({ agent: 'odd', project: 'p3' })]).toEqual(fits);
    expect(archive.countConversations({ agent: 'odd', project: 'p3' })).toEqual({
      conversations: fits.length,
      turns: fits.reduce((sum, { turns }) => sum + turns, 0),
    });
    expect(archive.countConversations()).toEqual({ conversations: COUNT, turns: COUNT * 2 });
  });

  it('asks only for what changed since a revision, whatever changed it', () => {
    const archive = archiveOfMany();
    const before = archive.revision();
    expect(idsOf(archive.walkConversations({ since: before.revision }))).toEqual([]);
    const [first, second] = archive.walkConversations();
    if (first === undefined || second === undefined) throw new Error('no conversations');
    archive.append({ turns: [], metas: [{ conversation: second.id, meta: { title: 'new' }, timeMs: START }] });
    archive.withdraw(at([...archive.listTurns(first.id)], 0).hash, 0, START);
    for (const order of ['newest', 'oldest', 'changed'] as const)
      expect(idsOf(archive.walkConversations({ order, since: before.revision })).sort()).toEqual(
        [first.id, second.id].sort(),
      );
    const after = archive.revision();
    expect(after.generation).toBe(before.generation);
    expect(after.revision).toBeGreaterThan(before.revision);
    expect([...archive.walkGone(before.revision)]).toEqual([]);
  });

  it('is of another generation once the index was built anew', () => {
    const archive = createMemoryArchive({ origin: 'example.org/anew' });
    archive.append({ turns: chain(2, 'one') });
    const before = archive.revision();
    archive.rebuildIndex();
    expect(archive.revision().generation).not.toBe(before.generation);
  });
});

describe('the ledger', () => {
  it('walks its sources by path, those unfinished, those of a conversation, and the conversations that were started', () => {
    const archive = archiveOfMany();
    const ids = idsOf([...archive.walkConversations()]) as LedgerSource['conversations'][number][];
    const sources = ids.map(
      (id, i): LedgerSource => ({
        ...{ path: `/s/${String(i).padStart(4, '0')}`, importer: 'x', size: i, mtimeNs: '0', consumed: 0, guard: '' },
        ...{ state: {}, conversations: [id], unfinished: i % 100 === 7 },
        started: i % 300 === 5 ? [{ conversation: id, startedBy: `key ${i}` }] : [],
      }),
    );
    archive.ledger.record({ sources });
    expect(listSources(archive.ledger)).toEqual(sources);
    expect([...archive.ledger.walkUnfinished()]).toEqual(sources.filter(({ unfinished }) => unfinished));
    expect(archive.ledger.listSourcesOf(at(ids, 9))).toEqual([at(sources, 9)]);
    expect([...archive.ledger.walkStarted()]).toEqual(
      [5, 305]
        .map((i) => ({ conversation: at(ids, i), startedBy: `key ${i}` }))
        .sort((a, b) => (a.conversation < b.conversation ? -1 : 1)),
    );
    expect([...archive.ledger.walkSeen()]).toEqual(
      sources.map(({ path, size, mtimeNs }) => ({ path, size, mtimeNs, lookAgainMs: 0 })),
    );
    const gone = { ...at(sources, 3), conversations: ['ff'.repeat(32) as (typeof ids)[number]] };
    archive.ledger.record({ sources: [gone] });
    expect(archive.ledger.findSource(gone.path)).toBeUndefined();
    expect(listSources(archive.ledger)).toHaveLength(COUNT - 1);
  });

  it('names a started conversation for a new link as long as its meta does not name the turn of its key', () => {
    const archive = createMemoryArchive({ origin: 'example.org/links' });
    const [starter, started, plain] = ['starter', 'started', 'plain'].map((text) => chain(2, text));
    const [first, second] = [at(starter ?? [], 0).hash, at(starter ?? [], 1).hash];
    const id = at(started ?? [], 0).hash;
    const meta = {
      conversation: id,
      meta: { parent: { session: 's', conversation: first, turn: second } },
      timeMs: START,
    };
    archive.append({ turns: [...(starter ?? []), ...(started ?? []), ...(plain ?? [])] });
    const told = { importer: 'x', size: 1, mtimeNs: '0', consumed: 0, guard: '', state: {} };
    const sources = [
      { ...told, path: '/s/1', conversations: [id], started: [{ conversation: id, startedBy: 'call' }] },
      { ...told, path: '/s/2', conversations: [at(plain ?? [], 0).hash] },
    ];
    archive.ledger.record({ sources });
    const unlinked = () => [...archive.ledger.walkUnlinked()];
    expect(unlinked()).toEqual([]);
    archive.ledger.record({ keys: [{ key: 'call', turn: second }] });
    expect(unlinked()).toEqual([{ conversation: id, startedBy: 'call' }]);
    archive.append({ turns: [], metas: [meta] });
    expect(unlinked()).toEqual([]);
    archive.ledger.record({ keys: [{ key: 'call', turn: first }] });
    expect(unlinked()).toEqual([{ conversation: id, startedBy: 'call' }]);
  });
});
