/** What it costs to know the pages of many branches: each label is asked once, however many branches there are. */

import { expect, it } from 'vitest';
import type { ConversationWork } from '../../../src/site/conversation/conversation-work.ts';
import { openSettledPages } from '../../../src/site/conversation/settled.ts';
import type { BranchOutline } from '../../../src/site/view/outline.ts';

it('asks for the labels of ten thousand branches once', () => {
  const branches = Array.from({ length: 10_000 }, (_, i) => ({ head: { name: `b-${i}` }, turns: [] }));
  let asked = 0;
  const work = {
    branches,
    names: { labelOf: () => `label ${asked++}`, endingOf: () => '', titleOf: () => '', urlOf: () => '/c/x/p2/' },
    conversation: { summary: { id: '', meta: {} }, title: '', tags: [] },
    context: {
      state: {
        conversations: { listChildren: () => [] },
        packs: { findSketch: () => ({ turns: -1, key: '', file: '' }) },
      },
    },
    places: new Map(),
    withheld: new Map(),
  } as unknown as ConversationWork;
  const open = openSettledPages(work);
  for (const branch of branches) expect(open(branch as unknown as BranchOutline).find(2, 0)).toEqual([]);
  expect(asked).toBe(branches.length);
});
