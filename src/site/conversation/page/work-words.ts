/** What was done, in a few words: `5 commands · 2 edits · 1 commit · 1 failed`. */
/** One spelling for the index, the page's own lines and the cover. */

import type { ToolKind } from '../../../model/item.ts';
import { plural } from '../../render/names.ts';
import type { Work } from '../../state/pages/told.ts';

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

/** Calls by what they do; none: empty. */
export function callWords({ calls }: Pick<Work, 'calls'>): readonly string[] {
  return KINDS.flatMap(([[one, many], kinds]) => {
    const n = kinds.reduce((sum, kind) => sum + (calls[kind] ?? 0), 0);
    return n === 0 ? [] : [plural(n, one, many)];
  });
}

/** What came of it: commits and requests. */
export function resultWords({ commits, requests }: Work): readonly string[] {
  return [
    ...(commits.length === 0 ? [] : [plural(commits.length, 'commit')]),
    ...(requests.length === 0 ? [] : [plural(requests.length, 'pull request')]),
  ];
}

/** The first sentence of a text of one line; the whole line when it has no other. */
export function firstSentence(line: string): string {
  return /^.{12,}?[.!?。！？](?=\s|$)/u.exec(line)?.[0] ?? line;
}
