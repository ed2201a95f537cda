/** Results in the rows of their calls: whatever the order, each turn stands once. */
/** What answers nothing on the page keeps a row of its own. */

import { expect, it } from 'vitest';
import { turnHash } from '../../../src/model/ids.ts';
import type { Item } from '../../../src/model/item.ts';
import { type PairedTurn, pairRows } from '../../../src/site/view/rows.ts';
import { answer, call, prompt, response } from '../site-fixture.ts';

function turnsOf(items: readonly Item[], secondsApart = 1): readonly PairedTurn[] {
  return items.map((item, i) => ({
    hash: turnHash(i.toString(16).padStart(64, '0')),
    timeMs: i * secondsApart * 1_000,
    item,
  }));
}

/** Places of the rows, and of what stands in each. */
function placesOf(items: readonly Item[]): readonly (number | readonly number[])[] {
  const place = ({ hash }: PairedTurn): number => Number.parseInt(hash, 16);
  return pairRows(turnsOf(items)).map(({ turn, answers }) =>
    answers.size === 0 ? place(turn) : [place(turn), ...[...answers.values()].map(place)],
  );
}

const two = answer('Both', call('a', 'ls'), call('b', 'pwd'));

it('pairs parallel calls by id, in whatever order they are answered, and over a prompt', () => {
  expect(placesOf([prompt('x'), two, response('b', '1'), response('a', '2'), answer('done')])).toEqual([
    0,
    [1, 2, 3],
    4,
  ]);
  expect(placesOf([two, response('a', '1'), prompt('meanwhile'), response('b', '2')])).toEqual([[0, 1, 3], 2]);
});

it('leaves alone what answers a call elsewhere, a call for the second time, or several calls', () => {
  expect(placesOf([response('a', 'early'), two])).toEqual([0, 1]);
  expect(placesOf([two, response('a', '1'), response('a', 'again')])).toEqual([[0, 1], 2]);
  const both: Item = { role: 'tool', parts: [...response('a', '1').parts, ...response('b', '2').parts] };
  expect(placesOf([two, both])).toEqual([0, 1]);
  expect(placesOf([two, { ...response('a', '1'), role: 'user' }])).toEqual([0, 1]);
});

it('says which rows show the minute of the row before them', () => {
  const items = [prompt('x'), two, response('a', '1'), response('b', '1'), answer('y')];
  expect(pairRows(turnsOf(items, 20)).map(({ sameMinute }) => sameMinute)).toEqual([false, true, false]);
});
