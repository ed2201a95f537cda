/** Ordinary items, and the same with something in them that is not what it should be. */
/** Members are replaced at random, the same ones from the same seed. All data is invented. */

import type { JsonValue } from '../../../src/base/json.ts';
import { isJsonObject } from '../../../src/base/json.ts';
import { blobHash } from '../../../src/model/ids.ts';
import type { Item } from '../../../src/model/item.ts';
import { TOOL_KINDS } from './hostile-items.ts';
import { callPart, item, responsePart, textPart } from './samples.ts';

export const BLOB = blobHash('ab'.repeat(32));

const ARGUMENTS: JsonValue = {
  command: ['bash', '-lc', 'ls'],
  description: 'Look',
  file_path: 'a.ts',
  offset: 1,
  limit: 2,
  content: 'let a = 1;\n',
  old_string: 'a',
  new_string: 'b',
  edits: [{ old_string: 'a', new_string: 'b' }],
  pattern: 'x',
  url: 'https://example.org/',
  prompt: '**do**',
  todos: [{ content: 'a', status: 'pending' }],
  plan: 'p',
};

export const ordinaryItems: readonly Item[] = [
  item('user', textPart('# Hello\n\n- [ ] a'), {
    type: 'blob',
    modality: 'image',
    mime_type: 'image/png',
    hash: BLOB,
    size: 5,
    name: 'a.png',
  }),
  {
    ...item('assistant', textPart('x'), { type: 'reasoning', content: 'y' }),
    model: 'm',
    finish_reason: 'length',
    usage: { input_tokens: 1, output_tokens: 2 },
  },
  ...TOOL_KINDS.map((kind) => item('assistant', callPart(kind, ARGUMENTS))),
  item('tool', responsePart('out\n', { status: 'error', exit_code: 2, duration_ms: 4_000, diff: '--- a\n+++ b\n+c' })),
  item('tool', responsePart([{ type: 'text', text: 'a' }])),
  { ...item('system', textPart('compacted')), note: 'compaction' },
  item('user', { type: 'uri', modality: 'image', uri: 'https://example.org/a.png', mime_type: 'image/png' }),
];

const ODD: readonly JsonValue[] = [
  ...[null, true, false, 0, -1, 1e300, '', 'text', '\ud800', '<b>', '__proto__', [], {}, [[]], [null], { a: null }],
  ...[['a', 1, {}], { type: 'text' }, { length: 3 }, { toString: 1 }, [{ type: 'text', text: 1 }], 'constructor'],
];

/** A generator of numbers below `n`, the same ones from the same seed. */
function createDice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % n;
  };
}

/** The value with some of what is in it replaced or left out. */
function spoil(value: JsonValue, dice: (n: number) => number): JsonValue {
  if (dice(12) === 0) return ODD[dice(ODD.length)] ?? null;
  if (Array.isArray(value)) return value.map((each) => spoil(each, dice));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (dice(16) === 0 ? [] : [[name, spoil(member, dice)]])),
  );
}

/** What a reader of the archive has made sure of: a role that is known, and parts with a type. */
function isItem(value: JsonValue): boolean {
  if (!isJsonObject(value) || !Array.isArray(value.parts)) return false;
  return value.parts.every((part) => isJsonObject(part) && typeof part.type === 'string');
}

/** Each ordinary item `rounds` times, with some of its members replaced or left out. */
export function* spoiltItems(seed: number, rounds: number): Generator<Item, void, undefined> {
  const dice = createDice(seed);
  for (let round = 0; round < rounds; round++) {
    for (const ordinary of ordinaryItems) {
      const spoilt = spoil(ordinary as unknown as JsonValue, dice);
      if (isItem(spoilt)) yield spoilt as unknown as Item;
    }
  }
}
