/** What was done, in a few words: `5 commands · 2 edits · 1 commit · 1 failed`. */
/** One spelling for the index, the page's own lines and the cover. */

import { plural } from '../../render/names.ts';
import type { Work } from '../../state/pages/told.ts';

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
