/** Calls counted by what they do, in a few words: `2 edits`, `5 commands`. */
/** One spelling for the index, the page's own lines, the cover and the feeds. */

import type { ToolKind } from '../../../model/item.ts';
import { plural } from '../names.ts';

/** In the order in which they are said; what changes something comes first. */
const KINDS: readonly (readonly [words: readonly [one: string, many: string], kinds: readonly ToolKind[]])[] = [
  [
    ['edit', 'edits'],
    ['edit', 'write'],
  ],
  [['command', 'commands'], ['shell']],
  [['read', 'reads'], ['read']],
  [['search', 'searches'], ['search']],
  [['page', 'pages'], ['fetch']],
  [['agent', 'agents'], ['task']],
  [
    ['other call', 'other calls'],
    ['mcp', 'other'],
  ],
];

/** None: empty. */
export function callWords({
  calls,
}: {
  readonly calls: Readonly<Partial<Record<ToolKind, number>>>;
}): readonly string[] {
  return KINDS.flatMap(([[one, many], kinds]) => {
    const n = kinds.reduce((sum, kind) => sum + (calls[kind] ?? 0), 0);
    return n === 0 ? [] : [plural(n, one, many)];
  });
}
