/** Takes secrets and personal data out of parsed items and meta before anything is hashed. */
/** The result for one item depends on that item and the options alone, because its hash does; its cost follows the item's size. */

import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import type { JsonValue } from '../base/json.ts';
import { ownString } from '../base/own-string.ts';
import type { Meta } from '../model/conversation.ts';
import type { Item } from '../model/item.ts';
import type { Finding } from './finding.ts';
import { cutLong, joinLong, walkTextPieces } from './long-texts.ts';
import { Markers, replaceRanges } from './markers.ts';
import { findSeams, mendBlanks, type Seam } from './seams.ts';
import { listStrings, type Ours, replaceStrings, type TextField } from './strings.ts';
import { createTextScanner, type TextScanner } from './text-scanner.ts';
import { createReplaceValues } from './values/replace-values.ts';

export interface RedactOptions {
  /** Literal words that must never be kept, case-sensitive. */
  readonly words: readonly string[];
  /** Also e-mail addresses, public IP addresses, phone, card, account and social security numbers. */
  readonly personal: boolean;
  /** Values that are secret on this machine; shorter than 8 characters are ignored. Compared in memory, never stored. */
  readonly knownValues: readonly string[];
  /** Names of people whose machine this is: taken out where a machine printed them. */
  readonly names?: readonly string[];
}

/** Counts by rule name. */
export type Counts = Readonly<Record<string, number>>;

export interface Redacted<T> {
  /** The same object when nothing was found. */
  readonly value: T;
  /** What was replaced: rule name to count. */
  readonly fired: Counts;
  /** What was left in place because it may be harmless: rule name to count. */
  readonly doubtful: Counts;
}

/** What is still in something stored. Never the value. */
export interface StoredFinding {
  readonly rule: string;
  /** First characters of the secret and its length, enough to find it: `ghp_… (40 characters)`. */
  readonly masked: string;
  readonly doubtful: boolean;
}

export interface Redactor {
  /** Same order and length as `items`. Throws SecretScannerError when the scanner cannot run. */
  redactItems(items: readonly Item[]): Promise<readonly Redacted<Item>[]>;
  redactMeta(meta: Meta): Promise<Redacted<Meta>>;
  /** A text of any length as UTF-8, of which a piece is looked at at a time. */
  redactText(pieces: Iterable<string>): Promise<Redacted<readonly Uint8Array[]>>;
  /** What is found in a value as it stands: in every string and every member's name. Home paths are not findings here. */
  scanValue(value: JsonValue): Promise<readonly StoredFinding[]>;
}

export function createRedactor(options: RedactOptions): Promise<Redactor> {
  return Promise.resolve(createRedactorWith(createTextScanner(options)));
}

/** With a scanner of the caller's: tests hand in one that takes no short cuts. */
export function createRedactorWith(scanner: TextScanner): Redactor {
  return {
    redactItems: async (items) => {
      const done: Redacted<Item>[] = [];
      for (const item of items) done.push(await redactValue(item, ITEM, scanner));
      return done;
    },
    redactMeta: async (meta) => hideOwner(await redactValue(mendTitle(meta, scanner), META, scanner)),
    redactText: (pieces) => redactPieces(pieces, scanner),
    scanValue: (value) => scanStored(cutLong(listStrings(value)).pieces, scanner),
  };
}

/** A session that was started in a home directory has its owner's name as its project. */
function hideOwner(redacted: Redacted<Meta>): Redacted<Meta> {
  const { value } = redacted;
  if (value.project === undefined || !/^~[\\/]*$/.test(value.cwd ?? '')) return redacted;
  return { ...redacted, value: { ...value, project: '~' } };
}

/** A title is one line: what was wrapped has a blank in it. */
function mendTitle(meta: Meta, scanner: TextScanner): Meta {
  const { title } = meta;
  if (title === undefined) return meta;
  const markers = new Markers();
  const mended = mendBlanks(title, scanner, (finding) => markers.take(finding));
  return mended === title ? meta : { ...meta, title: mended };
}

/** Rounds of looking and replacing. What is still found after them takes its whole field with it. */
const MAX_ROUNDS = 6;
/** What is known wherever it stands needs not be looked for in the other pieces of a text, which may have a hundred thousand of it. */
const BY_SHAPE: ReadonlySet<string> = new Set(['email', 'ip', 'phone', 'card']);
/** A shorter value may be an ordinary word elsewhere: it is replaced only where it was found. */
const MIN_EVERYWHERE = 10;

async function redactValue<T extends object>(value: T, ours: Ours, scanner: TextScanner): Promise<Redacted<T>> {
  const { pieces, counts } = cutLong(listStrings(asJson(value), ours));
  const owners = counts.length === 0 ? [] : scanner.listOwners(pieces.map(({ text }) => text));
  const answers = pieces.map((field) => {
    const answer = lookAt(field, scanner);
    return answer === 'clean' && owners.length > 0 ? 'home' : answer;
  });
  const seams = findSeams(pieces, scanner);
  const found =
    answers.includes('suspicious') || seams.length > 0
      ? await redactSlowly(pieces, answers, seams, scanner, owners)
      : redactHomes(pieces, answers, scanner, owners);
  if (found.texts === undefined) return { value, fired: {}, doubtful: found.doubtful };
  const { fired, doubtful } = found;
  return { value: replaceStrings(asJson(value), joinLong(found.texts, counts), ours) as unknown as T, fired, doubtful };
}

/** What was found in one piece is replaced in all of them. */
async function redactPieces(pieces: Iterable<string>, scanner: TextScanner): Promise<Redacted<readonly Uint8Array[]>> {
  const markers = new Markers();
  const values = new Map<string, string>();
  const doubtful: Record<string, number>[] = [];
  const owners = new Set<string>();
  const written: Uint8Array[] = [];
  for (const text of walkTextPieces(pieces)) {
    for (const owner of scanner.listOwners([text])) owners.add(owner);
    const field = { text };
    const answer = lookAt(field, scanner);
    const found =
      answer === 'suspicious'
        ? await redactSlowly([field], [answer], [], scanner, [...owners], markers, values)
        : redactHomes([field], [owners.size > 0 ? 'home' : answer], scanner, [...owners], markers);
    doubtful.push(found.doubtful);
    written.push(encodeUtf8(found.texts?.[0] ?? text));
  }
  if (values.size > 0 && written.length > 1) {
    const replaceValues = createReplaceValues(values);
    for (const [i, bytes] of written.entries()) {
      const text = decodeUtf8(bytes);
      const changed = replaceValues(text, (marker, times) => markers.count(marker, times));
      if (changed !== text) written[i] = encodeUtf8(changed);
    }
  }
  return { value: written, fired: markers.fired(), doubtful: sumCounts(doubtful) };
}

/** What became of the fields of one value; `texts` undefined: nothing was replaced. */
interface RedactedFields {
  readonly texts: readonly string[] | undefined;
  readonly fired: Counts;
  readonly doubtful: Counts;
}

/** For fields of which none needs the slow look. */
function redactHomes(
  fields: readonly TextField[],
  answers: readonly Answer[],
  scanner: TextScanner,
  owners: readonly string[],
  markers = new Markers(),
): RedactedFields {
  if (!answers.includes('home')) return UNTOUCHED;
  let changed = false;
  const texts = fields.map(({ text }, i) => {
    if (answers[i] !== 'home') return text;
    const found = scanner.findHomes(text, owners);
    changed ||= found.length > 0;
    return found.length === 0 ? text : replaceRanges(text, found, markers);
  });
  return changed ? { texts, fired: markers.fired(), doubtful: {} } : UNTOUCHED;
}

const UNTOUCHED: RedactedFields = { texts: undefined, fired: {}, doubtful: {} };

type Answer = 'clean' | 'home' | 'suspicious';

function lookAt(field: TextField, scanner: TextScanner): Answer {
  if (field.member !== undefined && scanner.judgeMember(field.member, field.text) !== undefined) return 'suspicious';
  return scanner.look(field.text);
}

async function redactSlowly(
  fields: readonly TextField[],
  answers: readonly Answer[],
  seams: readonly Seam[],
  scanner: TextScanner,
  owners: readonly string[],
  markers = new Markers(),
  everywhere = new Map<string, string>(),
): Promise<RedactedFields> {
  const texts = fields.map((field) => field.text);
  // From the last to the first: what is cut off a text's beginning moves what stands behind it.
  for (const { first, start, second, end, finding } of seams.toReversed()) {
    texts[first] = (texts[first] ?? '').slice(0, start) + markers.take(finding);
    texts[second] = (texts[second] ?? '').slice(end);
  }
  const count = (marker: string, times: number) => markers.count(marker, times);
  let pending = answers.map((answer, i) => answer !== 'clean' || texts[i] !== fields[i]?.text);
  const doubtful: Record<string, number>[] = texts.map(() => ({}));
  for (let round = 0; pending.includes(true); round++) {
    const values = new Map<string, string>();
    const touched = texts.map(() => false);
    for (const [i, text] of texts.entries()) {
      if (!pending[i]) continue;
      const findings = await findInField({ ...fields[i], text }, scanner, owners);
      const sure = findings.filter((finding) => !finding.doubtful);
      doubtful[i] = countRules(findings.filter((finding) => finding.doubtful));
      if (sure.length === 0) continue;
      touched[i] = true;
      texts[i] = round < MAX_ROUNDS ? replaceRanges(text, sure, markers) : markers.take(sure[0] as Finding);
      for (const finding of sure) {
        if (finding.replacement === undefined && finding.value.length >= MIN_EVERYWHERE) {
          values.set(finding.value, markers.peek(finding));
          if (!BY_SHAPE.has(finding.rule)) everywhere.set(ownString(finding.value), markers.peek(finding));
        }
      }
    }
    const replaceValues = createReplaceValues(values);
    for (const [i, text] of texts.entries()) {
      const changed = replaceValues(text, count);
      if (changed === text) continue;
      texts[i] = changed;
      touched[i] = true;
    }
    pending = touched;
    if (round > MAX_ROUNDS) break;
  }
  const left = sumCounts(doubtful);
  if (texts.every((text, i) => text === fields[i]?.text)) return { texts: undefined, fired: {}, doubtful: left };
  return { texts, fired: markers.fired(), doubtful: left };
}

/** `owners`: whose homes stand in another piece of the same text. */
async function findInField(
  field: TextField,
  scanner: TextScanner,
  owners: readonly string[] = [],
): Promise<readonly Finding[]> {
  const member = field.member === undefined ? undefined : scanner.judgeMember(field.member, field.text);
  if (member !== undefined && !member.doubtful) return [member];
  const found = await scanner.scan(field.text, owners);
  return member === undefined ? found : [...found, member];
}

async function scanStored(fields: readonly TextField[], scanner: TextScanner): Promise<readonly StoredFinding[]> {
  const found: StoredFinding[] = findSeams(fields, scanner).map(({ finding }) => ({
    rule: finding.rule,
    masked: mask(finding.value),
    doubtful: false,
  }));
  for (const field of fields) {
    // a title is one line: the blank in a token stands for a line end
    if (field.member === 'title' && field.text.length <= MOST_TITLE)
      mendBlanks(field.text, scanner, ({ rule, value }) => {
        found.push({ rule, masked: mask(value), doubtful: false });
        return MENDED;
      });
    if (lookAt(field, scanner) !== 'suspicious') continue;
    for (const finding of await findInField(field, scanner)) {
      if (finding.replacement !== undefined) continue;
      found.push({
        rule: finding.rule,
        masked: mask(finding.value),
        doubtful: finding.doubtful === true,
      });
    }
  }
  return found;
}

/** Longer ones are no titles, and what stands for a token meanwhile. */
const MOST_TITLE = 512;
const MENDED = '…';

/** At most four characters, and never more than a quarter. */
function mask(value: string): string {
  return `${value.slice(0, Math.min(4, Math.floor(value.length / 4)))}… (${value.length} characters)`;
}

function countRules(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { rule } of findings) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

function sumCounts(rows: readonly Record<string, number>[]): Readonly<Record<string, number>> {
  const sum = new Map<string, number>();
  for (const row of rows) for (const [rule, n] of Object.entries(row)) sum.set(rule, (sum.get(rule) ?? 0) + n);
  return Object.fromEntries([...sum].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Members that hold no text from outside, or whose change would break a reference to bytes. */
export const ITEM: Ours = {
  whole: new Set(['role', 'note', 'usage']),
  inside: new Map([
    [
      'parts',
      { whole: new Set(['type', 'tool', 'status', 'modality', 'mime_type', 'hash', 'size']), inside: new Map() },
    ],
  ]),
};
const META: Ours = { whole: new Set(['redactions', 'findings']), inside: new Map() };

/** Items and meta are JSON by construction. */
function asJson(value: object): JsonValue {
  return value as unknown as JsonValue;
}
