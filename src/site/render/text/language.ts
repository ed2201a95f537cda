/** In which language people and agents spoke: for screen readers, hyphens and fonts. */
/** A rule of ours, because a wrong language is worse than none: small words decide, or the script; in doubt it says nothing. */

/** Small words that are frequent in one language and hardly stand in the others. */
const WORDS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    en: 'the and is are was with this that you of to it for not have can should what now please from there',
    de: 'der die das und ist nicht ein eine ich du wir mit für auf dass wird werden bitte auch noch wie kann sind',
    fr: 'le les des est une pas que qui dans pour avec sur vous je nous ce cette sont plus peux être aussi',
    es: 'el los las una que no por con para está este esta como más pero hay puede son del se',
    it: 'il gli che è non una per con sono questo questa della nel anche più come puoi ho di',
    pt: 'o os uma que não para com está este esta você são mas mais como pode isso do da em',
    nl: 'de het een en is niet ik je we met voor dat op zijn deze wordt ook nog kan van',
    sv: 'och är inte en ett jag du vi med för på att det som kan också den av till',
    pl: 'nie jest się na że to i w z do jak czy ale dla są tak już może',
  }).map(([language, words]) => [language, new Set(words.split(' '))]),
);

/** By what only one of them is written with; Latin has the words above. The first that is frequent enough counts. */
const SCRIPTS: readonly (readonly [language: string, letters: RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['zh', /\p{Script=Han}/gu],
  ['uk', /[іїєґ]/giu],
  ['ru', /\p{Script=Cyrillic}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['fa', /[پچژگ]/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
  ['th', /\p{Script=Thai}/gu],
];

/** Characters that are looked at. */
const MOST_READ = 6_000;
/** Of all letters. */
const SCRIPT_SHARE = { own: 0.3, marking: 0.03 };
const MARKING: ReadonlySet<string> = new Set(['ja', 'uk', 'fa']);
const LEAST_WORDS = 5;
/** Of all words; names and code have none. */
const LEAST_SHARE = 0.08;

/** `de`; undefined: it is not clear. */
export function findLanguageOf(texts: readonly string[]): string | undefined {
  const said = texts
    .join(' \n')
    .slice(0, MOST_READ)
    .replace(/`[^`]*`|https?:\S+/g, ' ');
  const letters = said.match(/\p{L}/gu)?.length ?? 0;
  const shareOf = (pattern: RegExp): number => (said.match(pattern)?.length ?? 0) / letters;
  const script = SCRIPTS.find(
    ([language, pattern]) => shareOf(pattern) >= (MARKING.has(language) ? SCRIPT_SHARE.marking : SCRIPT_SHARE.own),
  );
  if (script !== undefined) return script[0];
  const words = said.toLowerCase().match(/\p{L}+/gu) ?? [];
  const counts = [...WORDS]
    .map(([language, own]) => ({ language, n: words.filter((word) => own.has(word)).length }))
    .sort((a, b) => b.n - a.n);
  const [first, second] = counts;
  if (first === undefined || second === undefined) return undefined;
  const clear = first.n >= LEAST_WORDS && first.n >= words.length * LEAST_SHARE && first.n >= second.n * 1.5;
  return clear ? first.language : undefined;
}
