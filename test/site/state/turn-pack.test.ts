/** Rendered turns come out of their pack as they went in. */
/** Spans count UTF-16 units while the pack holds UTF-8. */

import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import { turnHash } from '../../../src/model/ids.ts';
import { decodeTurnPack, encodeTurnPack, type TurnSpan } from '../../../src/site/state/pages/turn-pack.ts';

describe('a turn pack', () => {
  it('gives each turn its own HTML back, whatever stands around it', () => {
    const turns = ['<p>plain</p>\n', '<p>ünï\u{1f600}\ud800 後</p>', '', '\n<p>last</p>'];
    const around = ['<section>\n', '', '</section>\u{1f600}\n[[]]', '\n', 'end'];
    const spans: TurnSpan[] = [];
    let html = '';
    for (const [i, turn] of turns.entries()) {
      html += around[i];
      spans.push([turnHash(String(i).repeat(64)), html.length, html.length + turn.length]);
      html += turn;
    }
    const pack = encodeTurnPack(spans, encodeUtf8(html + around[4]));
    // A lone half of a pair has no UTF-8; pages show the same sign in its place.
    expect([...decodeTurnPack(pack)]).toEqual(turns.map((turn, i) => [spans[i]?.[0], turn.toWellFormed()]));
  });
});
