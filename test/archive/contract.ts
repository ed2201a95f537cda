/** What every archive must do, whatever it stands on. */
/** Run by disk-archive.test.ts and memory-archive.test.ts; `reopen` closes and opens again. */

import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AmbiguousPrefixError,
  type ArchiveWriter,
  InvalidTurnError,
  NotFoundError,
  type PreparedTurn,
  prepareTurn,
} from '../../src/archive/archive.ts';
import { equalBytes } from '../../src/base/bytes.ts';
import { LimitError } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { listSources } from './ledger-sources.ts';
import { at, chain, itemTurn, rawTurn, START, textTurn } from './turns.ts';

export interface ArchiveHarness {
  readonly open: () => ArchiveWriter;
  /** Closes the archive and opens the same bytes again. */
  readonly reopen: (archive: ArchiveWriter) => ArchiveWriter;
}

export function describeArchive(name: string, makeHarness: () => ArchiveHarness): void {
  describe(name, () => {
    function withTurns(count: number) {
      const harness = makeHarness();
      const archive = harness.open();
      const turns = chain(count, 'turn');
      archive.append({ turns });
      return { harness, archive, turns, id: at(turns, 0).hash };
    }

    it('starts empty', () => {
      const archive = makeHarness().open();
      expect([...archive.walkConversations()]).toEqual([]);
      expect(archive.damage).toEqual([]);
      expect(archive.findTurn('0123abcd')).toBeUndefined();
      expect(archive.findConversation('0123')).toBeUndefined();
    });

    it('gives back every turn and payload, before and after reopening', () => {
      const { harness, archive, turns, id } = withTurns(10);
      for (const reopened of [false, true]) {
        const open = reopened ? harness.reopen(archive) : archive;
        const logged = open.listTurns(id);
        expect(logged.map((turn) => turn.hash)).toEqual(turns.map((turn) => turn.hash));
        expect(logged.map((turn) => turn.position)).toEqual(turns.map((_, i) => i));
        expectPayloads(open, turns);
        expect(open.getTurn(at(turns, 4).hash)).toMatchObject({
          conversation: id,
          depth: 4,
          parent: at(turns, 3).hash,
          typeId: 'turnpress.item',
        });
        expect(open.listTurns(id, 7).map((turn) => turn.position)).toEqual([7, 8, 9]);
      }
    });

    it('appends nothing twice: turns, heads and meta', () => {
      const { harness, archive, turns, id } = withTurns(4);
      const heads = [{ conversation: id, name: 'main', turn: at(turns, -1).hash }];
      const metas = [{ conversation: id, meta: { title: 'A', tags: ['x'] }, timeMs: START }];
      expect(archive.append({ turns, heads, metas })).toEqual({
        newTurns: 0,
        knownTurns: 4,
        newHeads: 1,
        newMetas: 1,
        conversations: [id],
      });
      const before = archive.getConversation(id);
      const again = harness.reopen(archive);
      const repeated = {
        turns: [...turns, ...turns],
        heads,
        metas: [{ conversation: id, meta: { tags: ['x'], title: 'A' }, timeMs: START + 5 }],
      };
      expect(again.append(repeated)).toEqual({
        newTurns: 0,
        knownTurns: 8,
        newHeads: 0,
        newMetas: 0,
        conversations: [],
      });
      expect(again.getConversation(id)).toEqual(before);
    });

    it('grows a known conversation by what is new, as a resumed session does', () => {
      const { harness, archive, turns, id } = withTurns(3);
      const more = chain(5, 'more', at(turns, -1));
      const again = harness.reopen(archive);
      expect(again.append({ turns: [...turns, ...more] })).toMatchObject({
        newTurns: 5,
        knownTurns: 3,
        conversations: [id],
      });
      expect(again.listBranch(at(more, -1).hash).map((turn) => turn.hash)).toEqual(
        [...turns, ...more].map((turn) => turn.hash),
      );
    });

    it('walks each branch of a fork from the root, or from an ancestor on', () => {
      const { harness, archive, turns } = withTurns(6);
      const fork = chain(3, 'other way', at(turns, 2));
      archive.append({ turns: fork });
      const open = harness.reopen(archive);
      const expected = [...turns.slice(0, 3), ...fork].map((turn) => turn.hash);
      expect(open.listBranch(at(fork, -1).hash).map((turn) => turn.hash)).toEqual(expected);
      expect(open.listBranch(at(fork, -1).hash, at(turns, 2).hash).map((turn) => turn.hash)).toEqual(expected.slice(3));
      expect(open.listBranch(at(turns, 5).hash).map((turn) => turn.hash)).toEqual(turns.map((turn) => turn.hash));
    });

    it('takes a batch for many conversations at once', () => {
      const harness = makeHarness();
      const archive = harness.open();
      const chains = Array.from({ length: 70 }, (_, i) => chain(3, `conversation ${i}`));
      const interleaved = [0, 1, 2].flatMap((depth) => chains.map((turns) => at(turns, depth)));
      const result = archive.append({ turns: interleaved });
      expect(result.conversations).toEqual(chains.map((turns) => at(turns, 0).hash));
      const open = harness.reopen(archive);
      expect([...open.walkConversations()]).toHaveLength(70);
      for (const turns of chains) {
        expect(open.listTurns(at(turns, 0).hash).map((turn) => turn.hash)).toEqual(turns.map((turn) => turn.hash));
      }
    });

    it('finds turns and conversations by unique prefix and refuses an ambiguous one', () => {
      const harness = makeHarness();
      const archive = harness.open();
      const many = Array.from({ length: 1000 }, (_, i) => textTurn(null, `root ${i}`));
      const groups = [...Map.groupBy(many, (turn) => turn.hash.slice(0, 4)).values()];
      const twins = groups.find((group) => group.length > 1) ?? [];
      const turns = [
        ...twins,
        ...groups
          .filter((group) => group.length === 1)
          .slice(0, 10)
          .flat(),
      ];
      archive.append({ turns });
      const open = harness.reopen(archive);
      const [shared, alone] = [at(turns, 0).hash.slice(0, 4), at(turns, -1)];
      expect(open.findTurn(alone.hash.slice(0, 4))?.hash).toBe(alone.hash);
      expect(open.findConversation(alone.hash.slice(0, 4))?.id).toBe(alone.hash);
      expect(() => open.findTurn(shared)).toThrow(AmbiguousPrefixError);
      expect(() => open.findConversation(shared)).toThrow(AmbiguousPrefixError);
      for (const length of [11, 12, 13, 40, 64]) {
        expect(open.findTurn(at(turns, 9).hash.slice(0, length))?.hash).toBe(at(turns, 9).hash);
      }
      expect(open.findTurn('abc')).toBeUndefined();
      expect(open.findTurn('not hex!')).toBeUndefined();
      expect(open.findTurn(at(turns, 0).hash.toUpperCase())).toBeUndefined();
    });

    it('throws NotFoundError for names that nothing has', () => {
      const { archive, turns } = withTurns(1);
      const absent = textTurn(at(turns, 0), 'never appended').hash;
      expect(() => archive.getTurn(absent)).toThrow(NotFoundError);
      expect(() => archive.getConversation(absent)).toThrow(NotFoundError);
      expect(() => archive.listTurns(absent)).toThrow(NotFoundError);
    });

    it('lets the last head of a name and the last meta win, whole', () => {
      const { harness, archive, turns, id } = withTurns(4);
      const head = (name: string, i: number) => ({ conversation: id, name, turn: at(turns, i).hash });
      archive.append({
        turns: [],
        heads: [head('main', 1), head('wip', 1)],
        metas: [{ conversation: id, meta: { title: 'one', agent: 'x' }, timeMs: 1 }],
      });
      archive.append({
        turns: [],
        heads: [head('main', 2), head('main', 3)],
        metas: [{ conversation: id, meta: { title: 'two' }, timeMs: 2 }],
      });
      const summary = harness.reopen(archive).getConversation(id);
      expect(summary.heads).toEqual([
        { name: 'main', turn: at(turns, 3).hash, timeMs: at(turns, 3).timeMs },
        { name: 'wip', turn: at(turns, 1).hash, timeMs: at(turns, 1).timeMs },
      ]);
      expect(summary.meta).toEqual({ title: 'two' });
    });

    it('shows no branch for a head that was put back on the first turn, and shows it again when it moves on', () => {
      const { harness, archive, turns, id } = withTurns(4);
      const head = (name: string, i: number) => ({ conversation: id, name, turn: at(turns, i).hash });
      const names = (open: ArchiveWriter) => open.getConversation(id).heads.map(({ name }) => name);
      archive.append({ turns: [], heads: [head('b-00000001', 2)] });
      expect(archive.append({ turns: [], heads: [head('b-00000001', 0)] }).newHeads).toBe(1);
      expect(names(archive)).toEqual(['b-00000001']); // nothing else is left to show
      archive.append({ turns: [], heads: [head('main', 3), head('b-00000002', 1)] });
      const open = harness.reopen(archive);
      for (const { heads } of [
        open.getConversation(id),
        ...[...open.walkConversations()],
        open.findConversation(id),
      ].filter((summary) => summary !== undefined)) {
        expect(heads.map(({ name }) => name)).toEqual(['b-00000002', 'main']);
      }
      expect(open.listHeads(id).map(({ name }) => name)).toEqual(['b-00000001', 'b-00000002', 'main']);
      expect(open.append({ turns: [], heads: [head('b-00000001', 0)] }).newHeads).toBe(0);
      expect(open.append({ turns: [], heads: [head('b-00000001', 3), head('main', 0)] }).newHeads).toBe(2);
      expect(names(open)).toEqual(['b-00000001', 'b-00000002', 'main']);
    });

    it('keeps head names of any script and refuses one over 255 bytes', () => {
      const { harness, archive, turns, id } = withTurns(1);
      const names = ['ветка', '枝/一', '🌿', 'a b', '../../x', 'é'.repeat(127)];
      archive.append({ turns: [], heads: names.map((name) => ({ conversation: id, name, turn: at(turns, 0).hash })) });
      expect(
        harness
          .reopen(archive)
          .getConversation(id)
          .heads.map((head) => head.name)
          .sort(),
      ).toEqual([...names].sort());
      const again = makeHarness().open();
      again.append({ turns });
      const long = { conversation: id, name: 'é'.repeat(128), turn: at(turns, 0).hash };
      expect(() => again.append({ turns: [], heads: [long] })).toThrow(LimitError);
      expect(() => again.append({ turns: [], heads: [{ ...long, name: '' }] })).toThrow(InvalidTurnError);
    });

    it('fills and seals tiles: more than 256 turns, in one batch or in many', () => {
      const turns = chain(700, 'long');
      const one = makeHarness();
      let first = one.open();
      first.append({ turns });
      first = one.reopen(first);
      const many = makeHarness();
      let second = many.open();
      for (let i = 0; i < turns.length; i += 37) second.append({ turns: turns.slice(i, i + 37) });
      second = many.reopen(second);
      for (const archive of [first, second]) {
        const logged = archive.listTurns(at(turns, 0).hash);
        expect(logged.map((turn) => turn.hash)).toEqual(turns.map((turn) => turn.hash));
        expectPayloads(archive, turns);
        expect(archive.listBranch(at(turns, -1).hash)).toEqual(logged);
        expect(archive.damage).toEqual([]);
      }
      expect([...second.walkConversations()]).toEqual([...first.walkConversations()]);
    });

    it('stores payloads at, below and above the inline limit, equal ones and an empty one', () => {
      const harness = makeHarness();
      const archive = harness.open();
      const sizes = [
        0,
        1,
        limits.inlinePayload - 1,
        limits.inlinePayload,
        limits.inlinePayload + 1,
        3 * limits.inlinePayload,
      ];
      const payloads = sizes.map((size) => randomFillSync(new Uint8Array(size)));
      const turns = [rawTurn(null, new Uint8Array([1]))];
      for (const payload of [...payloads, ...payloads]) turns.push(rawTurn(at(turns, -1), payload));
      archive.append({ turns: turns.slice(0, 8) });
      archive.append({ turns: turns.slice(8) });
      const open = harness.reopen(archive);
      expectPayloads(open, turns);
      expect(open.hasBlob(at(turns, 6).payloadHash)).toBe(true);
      expect(open.hasBlob(at(turns, 2).payloadHash)).toBe(false);
      expect(equalBytes(open.readBlob(at(turns, 6).payloadHash) ?? new Uint8Array(0), at(payloads, 5))).toBe(true);
    });

    it('stores blobs of their own once', () => {
      const harness = makeHarness();
      const archive = harness.open();
      const image = randomFillSync(new Uint8Array(5000));
      const hash = archive.putBlob(image);
      expect(archive.putBlob(image)).toBe(hash);
      const open = harness.reopen(archive);
      expect(open.readBlob(hash)).toEqual(image);
      expect(open.readBlob(textTurn(null, 'no blob').payloadHash)).toBeUndefined();
    });

    it('A23: refuses unknown parents, wrong depths, wrong hashes and children before parents, and stores nothing of such a batch', () => {
      const { archive, turns, id } = withTurns(3);
      const child = textTurn(at(turns, 2), 'child');
      const grandchild = textTurn(child, 'grandchild');
      const before = archive.getConversation(id);
      const bad = [
        [grandchild],
        [grandchild, child],
        [{ ...child, depth: 2 }],
        [{ ...child, parent: child.hash }],
        [{ ...child, payload: new Uint8Array([1, 2]) }],
        [prepareTurn({ ...child, parent: at(turns, 2), payloadHash: at(turns, 1).payloadHash })],
        [child, { ...grandchild, payload: new Uint8Array([1, 2]) }],
        [{ ...child, timeMs: child.timeMs + 1 }],
        [rawTurn({ ...at(turns, 2), depth: 7 }, new Uint8Array(1))],
      ];
      for (const batch of bad) expect(() => archive.append({ turns: batch })).toThrow(InvalidTurnError);
      const foreign = chain(1, 'elsewhere');
      archive.append({ turns: foreign });
      expect(() =>
        archive.append({ turns: [], heads: [{ conversation: id, name: 'x', turn: at(foreign, 0).hash }] }),
      ).toThrow(InvalidTurnError);
      expect(() => archive.append({ turns: [], heads: [{ conversation: id, name: 'x', turn: child.hash }] })).toThrow(
        InvalidTurnError,
      );
      expect(() => archive.append({ turns: [], metas: [{ conversation: child.hash, meta: {}, timeMs: 1 }] })).toThrow(
        NotFoundError,
      );
      expect(archive.getConversation(id)).toEqual(before);
      expect(archive.append({ turns: [child, grandchild] }).newTurns).toBe(2);
    });

    it('refuses payloads, meta and type ids over their limits', () => {
      const { archive, turns, id } = withTurns(1);
      expect(() => rawTurn(at(turns, 0), new Uint8Array(limits.payload + 1))).toThrow(LimitError);
      const meta = { title: 'x'.repeat(limits.meta - '{"title":""}'.length + 1) };
      expect(() => archive.append({ turns: [], metas: [{ conversation: id, meta, timeMs: 1 }] })).toThrow(LimitError);
      expect(
        archive.append({ turns: [], metas: [{ conversation: id, meta: { title: meta.title.slice(1) }, timeMs: 1 }] })
          .newMetas,
      ).toBe(1);
    });

    it('A21: keeps log order whatever the clock said', () => {
      const harness = makeHarness();
      const archive = harness.open();
      const root = rawTurn(null, new Uint8Array([1]), Date.UTC(9999, 11, 31));
      const back = rawTurn(root, new Uint8Array([2]), 0);
      const again = rawTurn(back, new Uint8Array([3]), Date.UTC(2026, 0, 1));
      archive.append({ turns: [root, back, again] });
      const open = harness.reopen(archive);
      expect(open.listBranch(again.hash).map((turn) => turn.timeMs)).toEqual([root.timeMs, 0, again.timeMs]);
      expect(open.getConversation(root.hash)).toMatchObject({ firstMs: 0, lastMs: root.timeMs });
    });

    it('summarises as it grows exactly as a rebuild from the log does', () => {
      const harness = makeHarness();
      const archive = harness.open();
      const root = itemTurn(null, {
        role: 'user',
        parts: [{ type: 'text', content: `  fix\n\nthe ${'very '.repeat(60)}bug` }],
      });
      const call = itemTurn(root, {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: '1', name: 'Bash', arguments: { command: 'ls' }, tool: 'shell' }],
        usage: { input_tokens: 10, output_tokens: 5 },
      });
      const response = itemTurn(call, {
        role: 'tool',
        parts: [{ type: 'tool_call_response', id: '1', response: 'a', status: 'ok' }],
      });
      const broken = rawTurn(response, new Uint8Array([0xff]));
      archive.append({ turns: [root, call] });
      archive.append({
        turns: [response, broken],
        heads: [{ conversation: root.hash, name: 'main', turn: broken.hash }],
      });
      archive.append({
        turns: chain(300, 'tail', broken),
        metas: [{ conversation: root.hash, meta: { title: 'T' }, timeMs: 3 }],
      });
      const grown = [...archive.walkConversations()];
      expect(grown[0]).toMatchObject({
        turns: 304,
        toolCalls: 1,
        inputTokens: 10,
        outputTokens: 5,
        size: 306,
        withheld: 0,
        metaWithheld: false,
      });
      expect(grown[0]?.firstPrompt).toMatch(/^fix the very .*…$/);
      archive.rebuildIndex();
      expect([...archive.walkConversations()]).toEqual(grown);
      expect(archive.getTurn(call.hash).position).toBe(1);
    });

    it('lists conversations by newest activity', () => {
      const archive = makeHarness().open();
      const [old, middle, young] = [3, 1, 2].map((day) => rawTurn(null, new Uint8Array([day]), START + day));
      archive.append({ turns: [old, middle, young].filter((turn) => turn !== undefined) });
      expect([...archive.walkConversations()].map((c) => c.lastMs - START)).toEqual([3, 2, 1]);
    });

    it('remembers sources and keys, and forgets those of turns that are not there', () => {
      const { archive, turns, id } = withTurns(2);
      const source = {
        path: '/s/a.jsonl',
        importer: 'x',
        size: 10,
        mtimeNs: '123',
        consumed: 8,
        guard: 'ab',
        state: { n: 1 },
        conversations: [id],
      };
      const absent = textTurn(null, 'absent').hash;
      archive.ledger.record({
        sources: [source, { ...source, path: '/s/b.jsonl', conversations: [absent] }],
        keys: [
          { key: 'x:1', turn: at(turns, 1).hash },
          { key: 'x:2', turn: absent },
        ],
      });
      archive.ledger.record({ keys: [{ key: 'x:1', turn: at(turns, 0).hash }] });
      const { ledger } = archive;
      expect(ledger.findSource('/s/a.jsonl')).toEqual(source);
      expect(ledger.findSource('/s/b.jsonl')).toBeUndefined();
      expect(listSources(ledger)).toEqual([source]);
      expect(ledger.findKey('x:1')).toBe(at(turns, 0).hash);
      expect(ledger.findKey('x:2')).toBeUndefined();
      expect(ledger.findKey('x:3')).toBeUndefined();
    });
  });
}

/** Every payload is there, byte for byte. Compared without a diff, which takes minutes on megabytes. */
function expectPayloads(archive: ArchiveWriter, turns: readonly PreparedTurn[]): void {
  const payloads = archive.readPayloads(archive.listTurns(at(turns, 0).hash));
  expect(payloads).toHaveLength(turns.length);
  const wrong = payloads.flatMap((payload, i) =>
    payload.status === 'present' && equalBytes(payload.bytes, at(turns, i).payload) ? [] : [`${i}: ${payload.status}`],
  );
  expect(wrong).toEqual([]);
}
