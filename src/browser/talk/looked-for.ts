/** Words that were looked for, handed from the search page to the page of the turn that says them, which marks them there. */
/** A text fragment in the link would mark what has these words first: the page's title, or its list of prompts. */

import { markWords } from './find-words.ts';
import { afterLoad, keep, recall, unfold } from './tools.ts';

const NAME = 'looked-for';

/** Hands them when the link is followed, also into another window. `anchor`: id of the turn's element on its page. */
export function handWords(link: HTMLAnchorElement, anchor: string, words: readonly string[]): void {
  for (const event of ['click', 'auxclick'])
    link.addEventListener(event, () => keep(NAME, JSON.stringify([anchor, ...words])));
}

/** Marks the words in a turn that somebody came to for them, and shows the first; once, then they are forgotten. */
export function takeWords(turn: Element): void {
  const [anchor, ...words] = readHanded();
  if (anchor !== turn.id) return;
  keep(NAME, '');
  const [first] = markWords(turn, words);
  if (first === undefined) return;
  unfold(first.startContainer.parentElement);
  afterLoad(() => {
    const { top, bottom } = first.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) scrollBy({ top: top - innerHeight / 3, behavior: 'instant' });
  });
}

function readHanded(): readonly string[] {
  try {
    const handed: unknown = JSON.parse(recall(NAME));
    return Array.isArray(handed) ? handed.filter((each) => typeof each === 'string') : [];
  } catch {
    // nothing was handed, or not by us
    return [];
  }
}
