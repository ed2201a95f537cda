/** Turns to append in tests: chains and forks of small items, the same ones each time. */
/** Invented texts; times count up from a fixed day. */

import { type PreparedTurn, prepareTurn } from '../../src/archive/archive.ts';
import { encodeItem, type Item } from '../../src/model/item.ts';

export const START = Date.UTC(2026, 0, 5);

export function itemTurn(parent: PreparedTurn | null, item: Item, timeMs = START): PreparedTurn {
  const link = parent === null ? null : { hash: parent.hash, depth: parent.depth };
  const payload = encodeItem(item);
  return prepareTurn({ parent: link, timeMs, encoding: 2, typeId: 'turnpress.item', typeVersion: 1, payload });
}

export function textTurn(parent: PreparedTurn | null, content: string, timeMs = START): PreparedTurn {
  const depth = parent === null ? 0 : parent.depth + 1;
  const role = depth % 2 === 0 ? 'user' : 'assistant';
  return itemTurn(parent, { role, parts: [{ type: 'text', content }] }, timeMs + depth * 1000);
}

/** `count` turns one after the other, below `parent`. */
export function chain(count: number, word: string, parent: PreparedTurn | null = null): PreparedTurn[] {
  const turns: PreparedTurn[] = [];
  for (let i = 0; i < count; i++) {
    const turn = textTurn(turns.at(-1) ?? parent, `${word} ${i}`);
    turns.push(turn);
  }
  return turns;
}

export function rawTurn(parent: PreparedTurn | null, payload: Uint8Array, timeMs = START): PreparedTurn {
  const link = parent === null ? null : { hash: parent.hash, depth: parent.depth };
  return prepareTurn({ parent: link, timeMs, encoding: 1, typeId: 'example.raw', typeVersion: 3, payload });
}

/** The turn at an index; fails the test when there is none. */
export function at<T>(list: readonly T[], index: number): T {
  const value = list.at(index);
  if (value === undefined) throw new Error(`nothing at ${index}`);
  return value;
}
