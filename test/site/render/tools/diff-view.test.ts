/** How far two texts may lie apart to be shown as a change of one. */

import { expect, it } from 'vitest';
import { diffTexts } from '../../../../src/site/render/tools/diff-view.ts';

const CUT = { longest: 1_000_000, whole: '' };

/** A thousand lines, of which `other` are of this text alone. */
function text(name: string, other: number): string {
  return Array.from({ length: 1000 }, (_, i) => `${i < other ? name : 'both'} says this in line ${i}\n`).join('');
}

function signs(lines: number, ending: string): string {
  const view = diffTexts(text('one', lines), text('two', lines) + ending, CUT).toString();
  return view.replace(/<[^>]+>/g, '').replace(/^([-+ ]).*\n?/gm, '$1');
}

it('shows a change of a thousand lines beside what stayed', () => {
  expect(signs(500, '')).toBe(`${'-'.repeat(500)}${'+'.repeat(500)}   `);
});

it('shows both texts whole when one line more differs', () => {
  expect(signs(500, 'and one more\n')).toBe(`${'-'.repeat(1000)}${'+'.repeat(1001)}`);
});
