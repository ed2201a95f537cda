/** Which turns stand on which branch. */
/** Turns are drawn as letters: a's child is b and so on; a branch is written `parent>child`. */

import { expect, it } from 'vitest';
import { payloadHash, type TurnHash, turnHash } from '../../../src/model/ids.ts';
import type { LoggedTurn } from '../../../src/model/turn.ts';
import { outlineBranches } from '../../../src/site/view/outline.ts';

const hash = (letter: string): TurnHash => turnHash(letter.charCodeAt(0).toString(16).padStart(2, '0').repeat(32));

/** `a b:a c:b`: in log order, each with its parent. */
function logOf(drawing: string): readonly LoggedTurn[] {
  return drawing.split(' ').map((word, position): LoggedTurn => {
    const [name = '', parent] = word.split(':');
    return {
      hash: hash(name),
      parent: parent === undefined ? null : hash(parent),
      payloadHash: payloadHash('00'.repeat(32)),
      timeMs: position,
      depth: 0,
      encoding: 2,
      typeId: 'turnpress.item',
      typeVersion: 1,
      rawLength: 10,
      conversation: hash('a'),
      position,
    };
  });
}

function outline(drawing: string, heads: Readonly<Record<string, string>>): readonly string[] {
  const log = logOf(drawing);
  const letter = (turn: TurnHash): string => String.fromCharCode(Number.parseInt(turn.slice(0, 2), 16));
  const list = Object.entries(heads).map(([name, at]) => ({ name, turn: hash(at), timeMs: at.charCodeAt(0) }));
  return outlineBranches(log, list).map(
    (branch) =>
      `${branch.head.name}=${branch.turns.map((turn) => letter(turn.hash)).join('')}${branch.forkTurn === undefined ? '' : ` after ${letter(branch.forkTurn)} of ${branch.forkedFrom}`}`,
  );
}

it('gives the main branch its whole way', () => {
  expect(outline('a b:a c:b', { main: 'c' })).toEqual(['main=abc']);
});

it('shows another branch from its fork on', () => {
  expect(outline('a b:a c:b d:b e:d', { main: 'c', 'b-1': 'e' })).toEqual(['main=abc', 'b-1=de after b of main']);
});

it('gives what two branches share to the one that was there first', () => {
  const heads = { main: 'c', 'b-2': 'f', 'b-1': 'e' };
  expect(outline('a b:a c:b d:b e:d f:d', heads)).toEqual([
    'main=abc',
    'b-1=de after b of main',
    'b-2=f after d of b-1',
  ]);
});

it('keeps a branch that stands inside another one, without turns', () => {
  expect(outline('a b:a c:b', { main: 'c', old: 'b' })).toEqual(['main=abc', 'old= after b of main']);
});

it('takes the newest head for main when none has that name', () => {
  expect(outline('a b:a c:a', { x: 'b', y: 'c' })[0]).toBe('y=ac');
});

it('is empty without heads', () => {
  expect(outline('a b:a', {})).toEqual([]);
});
