/** Items in which something is not what it should be: a renderer shows what it can and never throws. */
/** Ordinary items with members replaced at random, the same ones in every run. */

import { describe, expect, it } from 'vitest';
import { renderFeedContent, renderTurn } from '../../../src/site/render/turn.ts';
import { BLOB, spoiltItems } from './odd-items.ts';
import { parseStrict } from './parse.ts';
import { callPart, HASH } from './samples.ts';

describe('an item with members of another kind', () => {
  it.each([1, 2, 3, 4])('is shown and never thrown at: seed %i', (seed) => {
    let shown = 0;
    const calls = new Map();
    const turn = { hash: HASH, timeMs: 0, typeId: 'turnpress.item', rawLength: 5_000 };
    for (const one of spoiltItems(seed, 150)) {
      parseStrict(
        renderTurn({
          turn,
          item: one,
          calls,
          findBlob: (hash) => (hash === BLOB ? { url: `/images/${hash}.png`, width: 3, height: 2 } : undefined),
        }),
      );
      parseStrict(renderFeedContent([one]));
      // The spoilt calls of the next ones are answered too.
      for (const part of one.parts) if (part.type === 'tool_call') calls.set('call-1', part);
      shown++;
    }
    expect(shown).toBeGreaterThan(1_000);
    expect(calls.get('call-1')).not.toEqual(callPart('edit', {}));
  });
});
