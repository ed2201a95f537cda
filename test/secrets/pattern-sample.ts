/** A text that a pattern of a token matches, made from the pattern itself. */
/** Every row of the table gets a sample this way, so no row can be added that no test looks at. */

import { random } from './made-up.ts';

/** `before` is what a look-behind with fixed text wants to see. Understands what the table uses, and throws at anything else. */
export function sampleOf(pattern: string, seed: number): { readonly before: string; readonly token: string } {
  const behind = /^\(\?<=((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)/.exec(pattern);
  const maker = new Maker(seed + 1);
  const before = behind === null ? '' : maker.make(behind[1] ?? '');
  return { before, token: maker.make(behind === null ? pattern : pattern.slice(behind[0].length)) };
}

class Maker {
  private at = 0;
  private pattern = '';
  private seed: number;
  constructor(seed: number) {
    this.seed = seed;
  }

  make(pattern: string): string {
    const [outer, place] = [this.pattern, this.at];
    [this.pattern, this.at] = [pattern, 0];
    const text = this.alternatives();
    [this.pattern, this.at] = [outer, place];
    return text;
  }

  /** The first alternative that is not empty. */
  private alternatives(): string {
    const texts = [this.sequence()];
    while (this.pattern[this.at] === '|') {
      this.at++;
      texts.push(this.sequence());
    }
    return texts.find((text) => text !== '') ?? '';
  }

  private sequence(): string {
    let out = '';
    while (this.at < this.pattern.length && !'|)'.includes(this.pattern[this.at] ?? '')) {
      const one = this.atom();
      const times = this.times();
      for (let i = 0; i < times; i++) out += one(times, i);
    }
    return out;
  }

  private atom(): (times: number, i: number) => string {
    const rest = this.pattern.slice(this.at);
    const group = /^\((?<kind>\?:|\?<?[=!])?/.exec(rest);
    if (group !== null) {
      this.at += group[0].length;
      const text = this.alternatives();
      this.at++;
      return () => (group.groups?.kind === '?:' || group.groups?.kind === undefined ? text : '');
    }
    const set = /^\[(?:\\.|[^\]])+\]/.exec(rest)?.[0] ?? /^\\[dw]/.exec(rest)?.[0];
    if (set !== undefined) {
      this.at += set.length;
      const letters = lettersOf(set);
      const seed = this.seed++;
      return (times, i) => random(times, seed, letters)[i] ?? '';
    }
    const plain = /^\\?(?<letter>.)/s.exec(rest);
    this.at += plain?.[0].length ?? 1;
    return () => plain?.groups?.letter ?? '';
  }

  private times(): number {
    const count = /^(?:\{(?<n>\d+)(?:,\d*)?\}|\?)/.exec(this.pattern.slice(this.at));
    if (count === null) return 1;
    this.at += count[0].length;
    return count.groups?.n === undefined ? 0 : Number(count.groups.n);
  }
}

/** Letters and digits of a set; marks would only make the sample look like something else. */
function lettersOf(set: string): string {
  const pattern = new RegExp(set);
  const all = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter((letter) =>
    pattern.test(letter),
  );
  const plain = all.filter((letter) => /[A-Za-z0-9]/.test(letter));
  return (plain.length > 0 ? plain : all).join('');
}
