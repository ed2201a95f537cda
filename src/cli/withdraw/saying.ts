/** When one text says what another says: how `withdraw` finds a title, another turn or a remembered word that repeats what has to go. */
/** Pure. Words are compared without regard to case and to what stands between them. */

/** What has to go. */
export interface Saying {
  /** Whether a text repeats all of it, perhaps among other words. */
  standsIn(text: string): boolean;
  /**
   * Whether a short text, such as a title or a branch's name, is made of it: three of its words in a row, or all of a shorter text of
   * at least `least` words. Typed words count wherever they stand.
   */
  gaveWords(short: string, least: number): boolean;
  /** For the search index, each a phrase; empty: it has no words. */
  readonly phrases: readonly string[];
}

/** `typed`: words that somebody named. They are meant wherever they stand, be it in one word of a name. */
export function sayingOfWords(typed: string): Saying {
  const standsIn = (text: string): boolean =>
    wordsOf(typed).length === 0 ? text.includes(typed) : folded(text).includes(folded(typed));
  return { standsIn, gaveWords: standsIn, phrases: phrasesOf([typed]) };
}

/** `texts`: what a turn says, one for each of its parts. */
export function sayingOfTexts(texts: readonly string[]): Saying {
  const all = texts.map((text) => wordsOf(text).join(' ')).filter((text) => text !== '');
  const own = all.join('\n');
  // what everybody says ("yes", "ok, go on") is repeated by a text that says nothing else
  const long = all.filter((text) => text.length >= LONG);
  return {
    standsIn(text) {
      const words = wordsOf(text).join(' ');
      return all.includes(words) || long.some((said) => words.length > said.length && isIn(said, words));
    },
    gaveWords(short, least) {
      const words = wordsOf(short);
      const length = Math.min(RUN, words.length);
      if (length < Math.max(1, Math.min(RUN, least)) || words.length < least) return false;
      if (length === 1 && words.join('').length < SHORTEST) return false;
      const runs = Array.from({ length: words.length - length + 1 }, (_, i) => words.slice(i, i + length).join(' '));
      return runs.some((run) => isIn(run, own));
    },
    phrases: phrasesOf(texts),
  };
}

/** Characters of a text that is looked for inside others, and words of a title in a row. */
const LONG = 24;
const RUN = 3;
/** Characters of a title of one word. */
const SHORTEST = 4;
/** Of one turn; words of one. */
const MOST_PHRASES = 16;
const PHRASE = 8;

function phrasesOf(texts: readonly string[]): readonly string[] {
  const longest = texts.toSorted((a, b) => b.length - a.length).slice(0, MOST_PHRASES);
  const phrases = longest.map((text) => wordsOf(text.slice(0, 2000)).slice(0, PHRASE).join(' '));
  return [...new Set(phrases)].filter((phrase) => phrase !== '');
}

function isIn(words: string, text: string): boolean {
  return ` ${text.replaceAll('\n', ' \n ')} `.includes(` ${words} `);
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

function wordsOf(text: string): readonly string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}
