/** What is kept of an exchange for its feed entry. */
/** A feed has a hundred of them in memory at once, however long they are. */

import { describe, expect, it } from 'vitest';
import { payloadHash } from '../../../src/model/ids.ts';
import type { Item } from '../../../src/model/item.ts';
import { renderFeedContent } from '../../../src/site/render/turn.ts';
import { createExchangeCollector, type Exchange } from '../../../src/site/view/exchange.ts';
import { callPart, HASH, item, responsePart, textPart } from '../render/samples.ts';

function collect(items: readonly Item[]): Exchange {
  const collector = createExchangeCollector();
  for (const one of items) {
    const turn = {
      hash: HASH,
      parent: null,
      payloadHash: payloadHash('0'.repeat(64)),
      timeMs: 0,
      depth: 0,
      encoding: 2,
      typeId: 'turnpress.item',
      typeVersion: 1,
      rawLength: JSON.stringify(one).length,
      conversation: HASH,
      position: 0,
    } as const;
    expect(collector.add({ turn, item: one, prompt: one.role === 'user' }, '/c/0/')).toBeUndefined();
  }
  const exchange = collector.finish();
  if (exchange === undefined) throw new Error('no exchange');
  return exchange;
}

describe('an exchange', () => {
  it('keeps prompts, prose and calls, without output and reasoning', () => {
    const call = callPart('shell', { command: 'ls' });
    const answer = item('assistant', { type: 'reasoning', content: 'hm' }, textPart('b'), call);
    const { items, leftOut } = collect([item('user', textPart('a')), answer, item('tool', responsePart('out'))]);
    const counted = { ...call, arguments: null };
    expect(items).toEqual([item('user', textPart('a')), item('assistant', textPart('b'), counted)]);
    expect(leftOut).toBe(0);
  });

  it('keeps a bounded piece of a long one, and its entry says that there is more', () => {
    const call = item('assistant', callPart('write', { file_path: 'a', content: 'x'.repeat(100_000) }));
    const prompt = item('user', textPart('word '.repeat(2_000_000)));
    for (const items of [[prompt, call], Array.from({ length: 50 }, () => call), [call, prompt, call]]) {
      const exchange = collect([
        item('user', textPart('p')),
        ...items.map((one) => ({ ...one, role: 'assistant' }) as Item),
      ]);
      expect(JSON.stringify(exchange.items).length).toBeLessThan(700_000);
      expect(exchange.leftOut).toBeGreaterThan(0);
      expect(renderFeedContent(exchange.items, exchange.leftOut)).toContain(
        'the rest is left out here; its page shows more',
      );
    }
  });
});
