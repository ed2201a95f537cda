/** Spaces between words in scripts that are written without any: Chinese, Japanese, Thai, Khmer, Lao. */
/** The site's index and the search page cut by these functions, so that a query finds what was indexed. */

const RUNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]+/gu;
const BETWEEN =
  /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]) (?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}])/gu;

let segmenter: Intl.Segmenter | undefined;

/** Runs of such a script with a space before, behind and between their words; other text as it is. */
export function spaceWords(text: string): string {
  return text.replace(RUNS, (run) => {
    segmenter ??= new Intl.Segmenter('zh', { granularity: 'word' });
    return ` ${Array.from(segmenter.segment(run), (word) => word.segment).join(' ')} `;
  });
}

/** Takes the spaces between such words out again. */
export function joinWords(text: string): string {
  return text.replace(BETWEEN, '');
}
