/** An archive that is shown as it was at earlier sizes: held against what it said itself at that time. */
/** Every stage of a growing archive is remembered, and asked for again when the archive has gone on. */

import { describe, expect, it } from 'vitest';
import {
  type ArchiveReader,
  type ArchiveWriter,
  createMemoryArchive,
  cutArchive,
  NotFoundError,
} from '../../../src/archive/archive.ts';
import type { ConversationId } from '../../../src/model/ids.ts';
import { at, chain, itemTurn, START, textTurn } from '../turns.ts';

/** All that a reader says of a conversation. */
function said(archive: ArchiveReader, id: ConversationId) {
  const turns = archive.listTurns(id);
  const summary = archive.getConversation(id);
  return {
    summary,
    turns,
    payloads: archive.readPayloads(turns),
    heads: archive.listHeads(id),
    metas: archive.readMetas(id),
    records: archive.readRecords(id, 0, summary.size),
    tail: archive.listTurns(id, 3),
    branches: summary.heads.map(({ turn }) => archive.listBranch(turn)),
  };
}

/** Grows a conversation over several tiles, with branches, metas and tokens; `each` is called after every commit. */
function grow(archive: ArchiveWriter, each: (id: ConversationId) => void): ConversationId {
  const trunk = chain(300, 'trunk');
  const id = at(trunk, 0).hash;
  const usage = { input_tokens: 5, output_tokens: 7 };
  const answer = itemTurn(at(trunk, 4), { role: 'assistant', parts: [{ type: 'text', content: 'x' }], usage });
  const side = [textTurn(at(trunk, 2), 'another way', START + 50), answer];
  for (const [i, turns] of [trunk.slice(0, 5), trunk.slice(5, 255), trunk.slice(255), side].entries()) {
    const head = { conversation: id, name: i < 3 ? 'main' : 'b-12345678', turn: at(turns, -1).hash };
    const meta = { title: `as of ${i}`, agent: i % 2 === 0 ? 'even' : 'odd' };
    archive.append({ turns, heads: [head], metas: [{ conversation: id, meta, timeMs: START + i }] });
    each(id);
  }
  return id;
}

function growing() {
  const archive = createMemoryArchive({ origin: 'example.org/cut' });
  const stages: ReturnType<typeof said>[] = [];
  const id = grow(archive, (grown) => stages.push(said(archive, grown)));
  const other = chain(3, 'other');
  archive.append({ turns: other });
  return { archive, id, other: at(other, 0).hash, stages };
}

describe('an archive cut at earlier sizes', () => {
  it('says what it said then: summary, turns, payloads, heads, metas, records and branches', () => {
    const { archive, id, stages } = growing();
    for (const stage of stages) {
      const cut = cutArchive(archive, { key: 'k', sizeOf: () => stage.summary.size });
      expect(said(cut, id)).toEqual(stage);
      expect(cut.findConversation(id.slice(0, 8))).toEqual(stage.summary);
    }
  });

  it('shows nothing of a conversation without a size, and no turn beyond the size of another', () => {
    const { archive, id, other, stages } = growing();
    const { summary, turns } = at(stages, 0);
    const cut = cutArchive(archive, { key: 'k', sizeOf: (asked) => (asked === id ? summary.size : undefined) });
    expect([...cut.walkConversations()]).toEqual([summary]);
    expect(cut.countConversations()).toEqual({ conversations: 1, turns: turns.length });
    expect(cut.findConversation(other)).toBeUndefined();
    expect(() => cut.getConversation(other)).toThrow(NotFoundError);
    expect(() => cut.listTurns(other)).toThrow(NotFoundError);
    expect(cut.findTurn(other)).toBeUndefined();
    const later = at(at(stages, 1).turns, -1);
    expect(cut.findTurn(later.hash)).toBeUndefined();
    expect(() => cut.getTurn(later.hash)).toThrow(NotFoundError);
    expect(() => cut.listBranch(later.hash)).toThrow(NotFoundError);
    expect(cut.search({ text: 'trunk' }).length).toBeGreaterThan(0);
    expect(cut.search({ text: 'other' })).toEqual([]);
  });

  it('filters by what was true then', () => {
    const { archive, stages } = growing();
    const { size } = at(stages, 0).summary;
    const cut = cutArchive(archive, { key: 'k', sizeOf: () => size });
    expect([...cut.walkConversations({ agent: 'even' })]).toHaveLength(1);
    expect([...cut.walkConversations({ agent: 'odd' })]).toHaveLength(0);
  });

  it('has lost what was taken back since, and says so', () => {
    const { archive, id, stages } = growing();
    const stage = at(stages, 0);
    const taken = at(stage.turns, 2);
    archive.withdraw(taken.hash, 1, START + 1000);
    archive.withdrawMeta(id, 1, START + 1001);
    const cut = cutArchive(archive, { key: 'k', sizeOf: () => stage.summary.size });
    const now = said(cut, id);
    expect(now.payloads[2]).toMatchObject({ status: 'withheld', reason: 1 });
    expect(now.metas).toEqual([{ status: 'withheld', reason: 1 }]);
    expect(now.summary).toMatchObject({ withheld: 1, metaWithheld: true, meta: {}, rootHash: stage.summary.rootHash });
    expect(cut.listTombstones(id)).toHaveLength(1);
  });

  it('calls a log damaged that is shorter than what was published of it', () => {
    const { archive, id, stages } = growing();
    const { size } = at(stages, -1).summary;
    const cut = cutArchive(archive, { key: 'k', sizeOf: () => size + 1 });
    expect(cut.getConversation(id).damage).toContain(`${size + 1} records`);
  });

  it('has revisions that are compared only while no size changed', () => {
    const { archive } = growing();
    const [a, b] = ['1', '2'].map((key) => cutArchive(archive, { key, sizeOf: () => 3 }).revision());
    expect(a?.generation).not.toBe(b?.generation);
    expect(a?.revision).toBe(archive.revision().revision);
  });
});
