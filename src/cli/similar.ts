/** Which known word somebody may have meant. */
/** Pure; by the number of letters that differ, so that a guess is only made where it is likely. */

/** The nearest of `words`, the first of equals. Undefined: none is near. */
export function findSimilar(typed: string, words: readonly string[]): string | undefined {
  const near = words
    .map((word) => ({
      word,
      steps: countSteps(typed.slice(0, LONGEST).toLowerCase(), word.slice(0, LONGEST).toLowerCase()),
    }))
    .filter(({ word, steps }) => steps <= Math.max(1, Math.floor(Math.min(word.length, LONGEST) / 3)))
    .sort((a, b) => a.steps - b.steps);
  return near[0]?.word ?? words.find((word) => typed.length >= 3 && word.toLowerCase().startsWith(typed.toLowerCase()));
}

const LONGEST = 64;

/** Letters to put in, leave out, change or swap with the next. */
function countSteps(a: string, b: string): number {
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps = Math.min(steps, (before[j - 2] ?? 0) + 1);
      next.push(steps);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
