/** The stem of an English word: Porter2 (https://snowballstem.org/algorithms/english/stemmer.html), as Pagefind stems. */
/** The index holds stems only, so whoever reads it has to make the same ones. Words of other scripts stay as they are. */

const VOWEL = /[aeiouy]/;
const DOUBLE = /(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
/** A short syllable at the end: after a consonant a vowel and a consonant other than w, x, Y; or a vowel and a consonant that are the whole word; `past`. */
const SHORT = /(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy]|^past)$/;
const WHOLE: ReadonlyMap<string, string> = new Map([
  ...Object.entries({
    skis: 'ski',
    skies: 'sky',
    dying: 'die',
    lying: 'lie',
    tying: 'tie',
    idly: 'idl',
    gently: 'gentl',
  }),
  ...Object.entries({ ugly: 'ugli', early: 'earli', only: 'onli', singly: 'singl' }),
  ...['sky', 'news', 'howe', 'atlas', 'cosmos', 'bias', 'andes'].map((word) => [word, word] as const),
]);
/** After step 1a these stay. */
const LEFT: ReadonlySet<string> = new Set(
  ['inning', 'outing', 'canning', 'herring', 'earring', 'evening', 'proceed', 'exceed', 'succeed'], //
);

/** Ending → what stands in its place when it stands in R1. Longest first. */
const STEP_2: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['ization', 'ize'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['iveness', 'ive'],
  ['tional', 'tion'],
  ['biliti', 'ble'],
  ['lessli', 'less'],
  ['ogist', 'og'],
  ['entli', 'ent'],
  ['ation', 'ate'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['ousli', 'ous'],
  ['iviti', 'ive'],
  ['fulli', 'ful'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['abli', 'able'],
  ['izer', 'ize'],
  ['ator', 'ate'],
  ['alli', 'al'],
  ['bli', 'ble'],
  ['ogi', 'og'],
  ['li', ''],
];
const STEP_3: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['alize', 'al'],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ative', ''],
  ['ical', 'ic'],
  ['ness', ''],
  ['ful', ''],
];
const STEP_4: readonly string[] = [
  ...['ement', 'ance', 'ence', 'able', 'ible', 'ment'],
  ...['ant', 'ent', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize', 'ion', 'al', 'er', 'ic'],
];

/** `word` in lower case. */
export function stemEnglish(word: string): string {
  if (word.length <= 2 || !/[a-z]/.test(word)) return word;
  const whole = WHOLE.get(word);
  if (whole !== undefined) return whole;
  const marked = word.replace(/^y/, 'Y').replace(/([aeiouy])y/g, '$1Y');
  const r1 = startOfR1(marked);
  const r2 = after(marked, r1);
  const plain = step1a(marked);
  if (LEFT.has(plain)) return plain.toLowerCase();
  const end = [step1b, step1c, step2, step3, step4, step5].reduce((stem, step) => step(stem, r1, r2), plain);
  return end.toLowerCase();
}

/** Where R1 begins: behind the first consonant that follows a vowel. */
function startOfR1(word: string): number {
  const fixed = /^(?:gener|commun|arsen|past|univers|later|emerg|organ|inter)/.exec(word);
  return fixed === null ? after(word, 0) : fixed[0].length;
}

function after(word: string, from: number): number {
  const at = word.slice(from).search(/[aeiouy][^aeiouy]/);
  return at === -1 ? word.length : from + at + 2;
}

function step1a(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  if (/(?:us|ss)$/.test(word) || !word.endsWith('s')) return word;
  return VOWEL.test(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

function step1b(word: string, r1: number): string {
  const eed = /eed(?:ly)?$/.exec(word);
  if (eed !== null) return eed.index >= r1 ? `${word.slice(0, eed.index)}ee` : word;
  const found = /(?:ingly|edly|ing|ed)$/.exec(word);
  if (found === null) return word;
  const stem = word.slice(0, found.index);
  if (/^[^aeiou]y$/.test(stem) && found[0] === 'ing') return `${stem.slice(0, 1)}ie`;
  if (!VOWEL.test(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (DOUBLE.test(stem)) return /^[aeo]..$/.test(stem) ? stem : stem.slice(0, -1);
  return SHORT.test(stem) && r1 >= stem.length ? `${stem}e` : stem;
}

function step1c(word: string): string {
  return /.[^aeiouy][yY]$/.test(word) ? `${word.slice(0, -1)}i` : word;
}

function step2(word: string, r1: number): string {
  const found = STEP_2.find(([ending]) => word.endsWith(ending));
  if (found === undefined) return word;
  const stem = word.slice(0, -found[0].length);
  if (stem.length < r1) return word;
  if (found[0] === 'ogi' && !stem.endsWith('l')) return word;
  if (found[0] === 'li' && !/[cdeghkmnrt]$/.test(stem)) return word;
  return stem + found[1];
}

function step3(word: string, r1: number, r2: number): string {
  const found = STEP_3.find(([ending]) => word.endsWith(ending));
  if (found === undefined) return word;
  const stem = word.slice(0, -found[0].length);
  if (stem.length < r1 || (found[0] === 'ative' && stem.length < r2)) return word;
  return stem + found[1];
}

function step4(word: string, _r1: number, r2: number): string {
  const ending = STEP_4.find((each) => word.endsWith(each));
  if (ending === undefined) return word;
  const stem = word.slice(0, -ending.length);
  if (stem.length < r2 || (ending === 'ion' && !/[st]$/.test(stem))) return word;
  return stem;
}

function step5(word: string, r1: number, r2: number): string {
  const stem = word.slice(0, -1);
  if (word.endsWith('e')) return stem.length >= r2 || (stem.length >= r1 && !SHORT.test(stem)) ? stem : word;
  return word.endsWith('ll') && stem.length >= r2 ? stem : word;
}
