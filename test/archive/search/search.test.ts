/** Search over an archive: what is found, what is not, and that the index follows the archive. */
/** On a made-up source, so that nothing but searching is tested; the contract test runs it on real archives. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tombstone } from '../../../src/archive/archive.ts';
import { prepareTurn } from '../../../src/archive/format/format.ts';
import { openSearch, type SearchIndex, type SearchSource } from '../../../src/archive/search/search.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { ConversationSummary, Meta } from '../../../src/model/conversation.ts';
import type { TurnHash } from '../../../src/model/ids.ts';
import { encodeItem, type Item, type Part } from '../../../src/model/item.ts';
import type { LoggedTurn } from '../../../src/model/turn.ts';

let index: SearchIndex;

beforeEach(() => {
  index = openSearch(':memory:', silentLog);
});
afterEach(() => index.close());

describe('a search', () => {
  it('finds turns that hold all the words, whatever their case and accents', () => {
    const source = sourceOf([{ says: ['The Größe of the buffer', 'the buffer only', 'GROSSE grosse'] }]);
    expect(texts(source, 'große BUFFER')).toEqual(['The [Größe] of the [buffer]']);
    expect(texts(source, 'GRÖßE')).toEqual(['The [Größe] of the buffer']);
    expect(texts(source, 'grösse')).toEqual(['[GROSSE] [grosse]']);
    expect(texts(source, 'größe only')).toEqual([]);
  });

  it('knows phrases, and words that are only begun', () => {
    const source = sourceOf([{ says: ['torn tail of the log', 'the log has a tail that is torn', 'catalogue'] }]);
    expect(texts(source, '"torn tail"')).toEqual(['[torn tail] of the log']);
    expect(texts(source, 'catal*')).toEqual(['[catal]ogue']);
    expect(texts(source, 'catal')).toEqual([]);
    expect(texts(source, '"the lo"*')).toHaveLength(2);
  });

  it('takes every operator and quote of the caller as text', () => {
    const source = sourceOf([{ says: ['x AND y', 'NEAR(a b)', 'col:umn -minus ^start', 'snake_case.ts'] }]);
    for (const hostile of [
      '"',
      '"""',
      '*',
      'AND',
      'x OR',
      'NOT',
      'NEAR(',
      '(',
      'text:',
      '{text} : x',
      '-',
      '^',
      "'; DROP TABLE turns",
      '\0',
      'a\0b',
    ]) {
      expect(() => index.search(source, { text: hostile }), hostile).not.toThrow();
    }
    expect(texts(source, 'x AND y')).toEqual(['[x] [AND] [y]']);
    expect(texts(source, 'col:umn')).toEqual(['[col:umn] -minus ^start']);
    expect(texts(source, 'snake_case.ts')).toEqual(['[snake_case.ts]']);
    expect(texts(source, '- * ""')).toEqual([]);
  });

  it.each([
    ['変更', 'この[変更]を戻す'],
    ['更を', 'この変[更を]戻す'],
    ['"変更を戻す"', 'この[変更を戻す]'],
    ['测试失败', '为什么[测试失败]了'],
    ['테스트', '이 [테스트]는 왜'],
    ['ทดสอบ', 'การ[ทดสอบ]ล้ม'],
  ])('finds %s inside text without spaces', (query, shown) => {
    const source = sourceOf([{ says: ['この変更を戻す', '为什么测试失败了', '이 테스트는 왜', 'การทดสอบล้ม'] }]);
    expect(texts(source, query)).toEqual([shown]);
  });

  it('searches tool output and reasoning too, but prose counts for more', () => {
    const output: Part = {
      type: 'tool_call_response',
      id: '1',
      response: '\u001b[31mneedle\u001b[0m in output',
      status: 'error',
    };
    const source = sourceOf([{ items: [{ role: 'tool', parts: [output] }, say('assistant', 'needle in prose')] }]);
    expect(texts(source, 'needle')).toEqual(['[needle] in prose', '[needle] in output']);
  });

  it('filters by agent, project, tag, role, model and time', () => {
    const source = sourceOf([
      { says: ['word one'], meta: { agent: 'codex', project: 'Alpha', tags: ['x'], models: ['m-1'] } },
      {
        items: [say('user', 'word two'), { ...say('assistant', 'word three'), model: 'm-2' }],
        meta: { agent: 'claude-code', models: ['m-2'] },
        startMs: 5000,
      },
    ]);
    const found = (filter: object) =>
      index
        .search(source, { text: 'word', ...filter })
        .map((hit) => plain(hit.snippet))
        .sort();
    expect(found({})).toHaveLength(3);
    expect(found({ agent: 'codex' })).toEqual(['[word] one']);
    expect(found({ project: 'alpha' })).toEqual(['[word] one']);
    expect(found({ tag: 'x' })).toEqual(['[word] one']);
    expect(found({ role: 'assistant' })).toEqual(['[word] three']);
    expect(found({ model: 'M-2' })).toEqual(['[word] three', '[word] two']);
    expect(found({ sinceMs: 5001 })).toEqual(['[word] three']);
    expect(found({ untilMs: 4999 })).toEqual(['[word] one']);
    expect(found({ agent: 'nobody' })).toEqual([]);
    expect(found({ limit: 2 })).toHaveLength(2);
    expect(found({ limit: 0 })).toHaveLength(1);
  });

  it('shows a line around the match, and marks of the text itself do not survive', () => {
    const long = `${'filler '.repeat(100)}the \ue000needle\ue001\n\nhere ${'after '.repeat(100)}`;
    const [hit] = index.search(sourceOf([{ says: [long] }]), { text: 'needle' });
    expect(plain(hit?.snippet ?? '')).toMatch(/^…(filler )+the \[needle\] here (after ?)+.*…$/);
    expect(hit?.snippet.length).toBeLessThan(220);
  });

  it('passes over payloads that are no items, withheld or damaged', () => {
    const source = sourceOf([{ says: ['word a', 'word b'] }]);
    const broken: SearchSource = {
      ...source,
      readPayloads: (turns) =>
        turns.map((_, i) =>
          i === 0 ? { status: 'damaged', file: 'x', problem: 'y' } : { status: 'present', bytes: Buffer.from('{') },
        ),
    };
    expect(index.search(broken, { text: 'word' })).toEqual([]);
  });
});

describe('a huge turn', () => {
  it('is searched in its beginning, whatever its size, and shown around the match', () => {
    for (const size of [2, 30]) {
      const response = `beginword ${'filler\n'.repeat((size * 1024 * 1024) / 7)} endword`;
      const part: Part = { type: 'tool_call_response', id: '1', response, status: 'ok' };
      const source = sourceOf([{ items: [{ role: 'tool', parts: [part] }] }]);
      expect(texts(source, 'beginword')[0]).toContain('[beginword] filler');
      expect(index.search(source, { text: 'beginword' })).toMatchObject([{ role: 'tool' }]);
      expect(texts(source, 'endword')).toEqual([]);
    }
  });
});

describe('the search index', () => {
  it('asks only for what changed since its last look', () => {
    const asked: unknown[] = [];
    const source = sourceOf([{ says: ['one'] }]);
    let revision = 3;
    const counted: SearchSource = {
      ...source,
      revision: () => ({ generation: 'g', revision }),
      walkConversations: (options) => {
        asked.push(options);
        return source.walkConversations();
      },
    };
    for (const next of [3, 3, 7]) {
      revision = next;
      index.update(counted);
    }
    expect(asked).toEqual([undefined, { order: 'changed', since: 3 }]);
  });

  it('reads only what is new', () => {
    const said = ['one'];
    const read: number[] = [];
    const make = () => {
      const source = sourceOf([{ says: said }]);
      const readPayloads: SearchSource['readPayloads'] = (turns) => {
        read.push(turns.length);
        return source.readPayloads(turns);
      };
      return { ...source, readPayloads };
    };
    expect(index.update(make())).toBe(1);
    expect(index.update(make())).toBe(0);
    said.push('two', 'three');
    expect(index.update(make())).toBe(2);
    expect(read).toEqual([1, 2]);
    expect(texts(make(), 'three')).toEqual(['[three]']);
  });

  it('forgets turns that were taken back', () => {
    const source = sourceOf([{ says: ['keep word', 'secret word'] }]);
    expect(texts(source, 'word')).toHaveLength(2);
    const [first] = source.walkConversations();
    const id = first?.id as TurnHash;
    const turn = source.listTurns(id)[1]?.hash as TurnHash;
    const stone: Tombstone = { turn, action: 'withheld', reason: 1, timeMs: 0 };
    const after: SearchSource = {
      ...source,
      revision: () => ({ generation: 'after', revision: 0 }),
      walkConversations: () =>
        [...source.walkConversations()].map((c) => ({ ...c, size: c.size + 1, rootHash: `${c.rootHash}+` })),
      listTombstones: () => [stone],
    };
    expect(texts(after, 'word')).toEqual(['keep [word]']);
    expect(texts(after, 'secret')).toEqual([]);
  });

  it('starts a conversation over when its log is not a longer form of what it was', () => {
    texts(sourceOf([{ says: ['same', 'old branch'] }]), 'branch');
    const source = sourceOf([{ says: ['same', 'new path', 'further'] }]);
    expect(texts(source, 'branch')).toEqual([]);
    expect(texts(source, 'path')).toEqual(['new [path]']);
  });

  it('forgets conversations that are gone', () => {
    texts(sourceOf([{ says: ['first word'] }, { says: ['second word'] }]), 'word');
    expect(texts(sourceOf([{ says: ['second word'] }]), 'word')).toEqual(['second [word]']);
  });
});

function texts(source: SearchSource, text: string): string[] {
  return index.search(source, { text }).map((hit) => plain(hit.snippet));
}

function plain(snippet: string): string {
  return snippet.replaceAll('\ue000', '[').replaceAll('\ue001', ']');
}

interface Conversation {
  readonly says?: readonly string[];
  readonly items?: readonly Item[];
  readonly meta?: Meta;
  readonly startMs?: number;
}

function say(role: 'user' | 'assistant', content: string): Item {
  return { role, parts: [{ type: 'text', content }] };
}

/** Each is of another generation, as after a rebuilt index: all of it is compared. */
let sources = 0;

function sourceOf(conversations: readonly Conversation[]): SearchSource {
  const made = conversations.map(({ says, items, meta, startMs }) => {
    const list = items ?? (says ?? []).map((text) => say('user', text));
    const turns: (LoggedTurn & { bytes: Uint8Array })[] = [];
    for (const [position, item] of list.entries()) {
      const bytes = encodeItem(item);
      const prepared = prepareTurn({
        ...{ parent: turns.at(-1) ?? null, timeMs: (startMs ?? 0) + position, encoding: 2 },
        ...{ typeId: 'turnpress.item', typeVersion: 1, payload: bytes },
      });
      turns.push({
        ...prepared,
        bytes,
        rawLength: bytes.length,
        position,
        conversation: turns[0]?.conversation ?? prepared.hash,
      });
    }
    const summary = {
      ...{
        id: turns[0]?.conversation,
        size: turns.length,
        rootHash: turns.map((turn) => turn.hash).join(),
        meta: meta ?? {},
      },
      ...{ firstMs: turns[0]?.timeMs, lastMs: turns.at(-1)?.timeMs },
    } as ConversationSummary;
    return { summary, turns };
  });
  const generation = `source ${sources++}`;
  const all = made.flatMap(({ turns }) => turns);
  const get = (hash: string) => all.find((turn) => turn.hash === hash) as (typeof all)[number];
  return {
    revision: () => ({ generation, revision: 0 }),
    walkConversations: () => made.map(({ summary }) => summary),
    walkGone: () => [],
    findConversation: (id) => made.find(({ summary }) => summary.id === id)?.summary,
    findTurn: (hash) => all.find((turn) => turn.hash === hash),
    listTurns: (id, from = 0) => made.find(({ summary }) => summary.id === id)?.turns.slice(from) ?? [],
    listTombstones: () => [],
    getTurn: get,
    readPayloads: (turns) => turns.map((turn) => ({ status: 'present', bytes: get(turn.hash).bytes })),
  };
}
