/** Whether two tellings of an item can be the same words, of which redaction took out more in one than in the other. */
/** For turns whose native ids are not known any more: what a mark stands for is not known, so everything around it has to agree. */

import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { Item } from '../model/item.ts';
import { MARKER } from './markers.ts';
import { ITEM } from './redactor.ts';
import { HOME_HINT } from './rules/home-paths.ts';
import type { Ours } from './strings.ts';

/** True also for equal items. Its cost follows their size. */
export function isSameButForMarks(a: Item, b: Item): boolean {
  return isSameValue(a as unknown as JsonValue, b as unknown as JsonValue, ITEM);
}

/** `ours`: as in `listStrings`; undefined for what came from outside, names of members and all. */
function isSameValue(a: JsonValue, b: JsonValue, ours: Ours | undefined): boolean {
  if (typeof a === 'string' && typeof b === 'string') return isSameText(a, b);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, i) => isSameValue(each, b[i] ?? null, ours));
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const [own, others] = [namesOf(a), namesOf(b)];
  if (own.length !== others.length) return false;
  const alone = own.filter((name) => !has(b, name));
  if (alone.length > 0 && (ours !== undefined || alone.length > MOST_NAMES)) return false;
  const agrees = (name: string, other: string): boolean => {
    const [one, two] = [a[name] ?? null, b[other] ?? null];
    if (ours?.whole.has(name) === true) return canonicalJson(one) === canonicalJson(two);
    return isSameValue(one, two, ours?.inside.get(name));
  };
  // a name that was taken out stands elsewhere in the order than the name itself
  const left = new Set(others.filter((name) => !has(a, name)));
  for (const name of own) {
    const other = has(b, name) ? name : left.values().find((each) => isSameText(name, each) && agrees(name, each));
    if (other === undefined || (other === name && !agrees(name, name))) return false;
    left.delete(other);
  }
  return true;
}

function namesOf(value: JsonObject): readonly string[] {
  return Object.keys(value).filter((name) => has(value, name));
}

function has(value: JsonObject, name: string): boolean {
  return Object.hasOwn(value, name) && value[name] !== undefined;
}

/**
 * Whether a line of text that people gave something as its name says what another one does, with more of it taken out. A name that
 * is nothing but marks says so only of a single word.
 */
export function hidesMore(hidden: string, shown: string): boolean {
  const marks = countMarks(hidden);
  if (marks === 0 || marks <= countMarks(shown) || !isSameText(hidden, shown)) return false;
  return hidden.replace(MARK, '').trim() !== '' || !/\s/.test(shown.trim());
}

function countMarks(text: string): number {
  return text.match(MARK)?.length ?? 0;
}

/** `isSameButForMarks` for one text. */
function isSameText(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [new Side(a), new Side(b)];
  if (!left.hasMarks && !right.hasMarks) return false;
  for (;;) {
    const run = commonLength(left, right);
    left.at += run;
    right.at += run;
    if (left.at === a.length && right.at === b.length) return true;
    stepBack(left, right);
    const [hidden, shown] = left.mark === undefined ? [right, left] : [left, right];
    if (hidden.mark === undefined) return false;
    if (shown.mark !== undefined && isBothHidden(left, right)) continue;
    if (!passMark(hidden, shown)) return false;
  }
}

/** A text that is read up to `at`. */
class Side {
  readonly text: string;
  at = 0;
  readonly #marks: readonly Mark[];
  #next = 0;

  constructor(text: string) {
    this.text = text;
    this.#marks = Array.from(text.matchAll(MARK), ({ 0: { length }, index }) => ({
      start: index,
      end: index + length,
    }));
  }

  get hasMarks(): boolean {
    return this.#marks.length > 0;
  }

  /** The mark in which reading stands. */
  get mark(): Mark | undefined {
    while ((this.#marks[this.#next]?.end ?? Infinity) <= this.at) this.#next++;
    const next = this.#marks[this.#next];
    return next !== undefined && next.start <= this.at ? next : undefined;
  }

  /** Where the next mark begins, or the end. */
  get literalEnd(): number {
    return this.mark?.start ?? this.#marks[this.#next]?.start ?? this.text.length;
  }
}

interface Mark {
  readonly start: number;
  readonly end: number;
}

/** Marks of other numbers agree up to these: then reading goes back to where they begin. */
function stepBack(left: Side, right: Side): void {
  const back = Math.max(...[left, right].map((side) => side.at - (side.mark?.start ?? side.at)));
  left.at -= back;
  right.at -= back;
}

/** Both took out something here, and say the same behind it. */
function isBothHidden(left: Side, right: Side): boolean {
  const [a, b] = [left.mark?.end ?? 0, right.mark?.end ?? 0];
  const behind = (side: Side, at: number) => side.text.slice(at, at + NEAR);
  if (behind(left, a) !== behind(right, b)) return false;
  left.at = a;
  right.at = b;
  return true;
}

/** `hidden` stands at a mark: what it took out of the other one ends where both say the same again. */
function passMark(hidden: Side, shown: Side): boolean {
  const { mark } = hidden;
  if (mark === undefined) return false;
  const isHome = hidden.text[mark.start] === '~';
  hidden.at = mark.end;
  const most = isHome ? MOST_HOME : MOST_TAKEN;
  const literal = hidden.text.slice(hidden.at, Math.min(hidden.literalEnd, hidden.at + FAR));
  const from = shown.at;
  const isEnd = hidden.at + literal.length === hidden.text.length && shown.text.endsWith(literal);
  const found = isEnd ? shown.text.length - literal.length : findBehind(shown, literal, most);
  if (found <= from || found - from > most) return false;
  shown.at = found;
  return !isHome || HOME_HINT.test(`${shown.text.slice(from, found)}/`);
}

/** The nearest place where the literal stands; or its beginning, for what comes behind may be hidden on the other side. */
function findBehind(shown: Side, literal: string, most: number): number {
  const room = shown.text.slice(shown.at, shown.at + most + FAR);
  for (const length of [FAR, NEAR, 1]) {
    const at = room.indexOf(literal.slice(0, length), 1);
    if (at !== -1) return shown.at + at;
  }
  return -1;
}

function commonLength({ text: a, at: i }: Side, { text: b, at: j }: Side): number {
  const most = Math.min(a.length - i, b.length - j);
  let n = 0;
  while (n < most && a.charCodeAt(i + n) === b.charCodeAt(j + n)) n++;
  return n;
}

/** What stands for something that was taken out: a marker, or a home directory's `~`. */
const MARK = new RegExp(`${MARKER.source}|~`, 'g');
/** What has to be the same behind a mark: so many units, or what there is of them. */
const FAR = 64;
const NEAR = 8;
/** Units that a marker can stand for at the most (a private key has some thousand), and a `~`. */
const MOST_TAKEN = 32_768;
const MOST_HOME = 256;
/** Names of one object that the other one has not, of which each is held against each. */
const MOST_NAMES = 32;
