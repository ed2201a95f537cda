/** Looks at one text in all its readings and says what must go. */
/** A fast look over the plain text decides whether the slow one is needed; a test runs both over everything. */

import { createCover } from './cover.ts';
import { type EncodedBlock, findEncodedBlocks } from './encoded-blocks.ts';
import { type Finding, type Report, reportMatches } from './finding.ts';
import { createListSearch } from './literal-search.ts';
import { ASSIGNMENT, BLOCK, createQuickLook, HOME, PLACE, type QuickLook, READING, SECRET } from './quick-look.ts';
import { findAssignments } from './rules/assignments.ts';
import { acceptsUrl, CONTEXT_HINT, findInContext, findUrlLogin } from './rules/context-rules.ts';
import { findCutToken } from './rules/cut-tokens.ts';
import { findHomePaths, HOME_HINT, listOwners } from './rules/home-paths.ts';
import { judgeMember } from './rules/members.ts';
import { findOwners, OWNER_HINT } from './rules/owners.ts';
import { findPersonal, hasPersonal, mayHavePersonal } from './rules/personal.ts';
import { isPlaceholder } from './rules/placeholders.ts';
import { findPrivateKeys, PRIVATE_KEY_HINT } from './rules/private-keys.ts';
import { LINT_HINT, loadLint } from './rules/secretlint.ts';
import { findInPlaces } from './rules/telling-places.ts';
import { tokenShapes } from './rules/token-shapes.ts';
import { joinView, originalView, type View, walkReadings } from './views.ts';

export interface ScannerOptions {
  /** Literal words that must never be kept. */
  readonly words: readonly string[];
  /** Values known to be secret on this machine. */
  readonly knownValues: readonly string[];
  readonly personal: boolean;
  /** Names of people whose machine this is. */
  readonly names?: readonly string[];
  /** Run every rule on every text, for tests of the fast look. */
  readonly ungated?: boolean;
}

export interface TextScanner {
  /** What the fast look says: `clean`, only homes to shorten, or worth the slow look. */
  look(text: string): 'clean' | 'home' | 'suspicious';
  /** Every finding, mapped to ranges of `text`, in order, without overlaps. */
  scan(text: string): Promise<readonly Finding[]>;
  /** Tokens of known shapes in a text that was put together of two: quick, and with the ranges of that text. */
  scanJoined(text: string): readonly Finding[];
  /** Homes, and the names of their owners where a machine printed them: all that a text has which is `home` to the fast look. */
  findHomes(text: string): readonly Finding[];
  /** A member of decoded JSON: the value under a telling name. */
  judgeMember(name: string, value: string): Finding | undefined;
}

export function createTextScanner(options: ScannerOptions): TextScanner {
  const literals = literalRules(options);
  const quick = createQuickLook(
    literals.flatMap((row) => row.values),
    options.names ?? [],
  );
  return {
    look: (text) => {
      if (options.ungated === true) return 'suspicious';
      const bits = needs(text, quick, options, 1);
      if ((bits & SECRET) !== 0) return 'suspicious';
      return (bits & HOME) !== 0 ? 'home' : 'clean';
    },
    scan: (text) => scanText(text, options, literals),
    scanJoined: (text) => ((quick.look(text) & SECRET) === 0 ? [] : findJoined(text, literals)),
    findHomes: (text) => findHomes(text, options.names ?? []),
    judgeMember,
  };
}

interface LiteralRule {
  readonly rule: string;
  readonly values: readonly string[];
  readonly pattern: RegExp;
}

/** A known value this short would be found in ordinary words. */
const MIN_KNOWN = 8;
const SHAPES = tokenShapes.map((row) => ({ ...row, shape: new RegExp(row.shape, 'g') }));
const searchShapes = createListSearch(tokenShapes.map((row) => row.literals.map((text) => ({ text }))));
/** Rules of secretlint whose patterns run on to the end of a line or a URL. */
const WIDE_LINT = /^(?:npm|basicauth|database-connection-string)$/;
const LINT_WINDOW = 64 * 1024;
const LINT_OVERLAP = 12 * 1024;

/** SECRET, HOME, both or none: the bits of the fast look, with the unsure ones settled. */
function needs(text: string, quick: QuickLook, options: ScannerOptions, depth: number): number {
  let bits = quick.look(text);
  if (options.personal && mayHavePersonal(text) && hasPersonal(text)) bits |= SECRET;
  if ((bits & SECRET) !== 0) return SECRET;
  if ((bits & ASSIGNMENT) !== 0 && any(findAssignments, text)) return SECRET;
  if (((bits & PLACE) !== 0 && any(findInPlaces, text)) || any(findCutToken, text)) return SECRET;
  if (depth > 0 && (bits & READING) !== 0) {
    let homes = -1;
    for (const view of walkReadings(text)) {
      if (view.text === text) continue;
      const inside = needs(view.text, quick, options, 0);
      // A home that shows in another reading only has to be mapped back, which only the slow look does.
      if ((inside & SECRET) !== 0) return SECRET;
      if ((inside & HOME) === 0) continue;
      if (homes === -1) homes = countHomes(text);
      if (countHomes(view.text) > homes) return SECRET;
    }
  }
  if (depth >= 0 && (bits & BLOCK) !== 0) {
    if (blocksOf(text).some((block) => hasSecret(block.decoded, quick, options, 1))) return SECRET;
  }
  return bits & HOME;
}

function countHomes(text: string): number {
  let count = 0;
  findHomePaths(text, () => {
    count++;
  });
  return count;
}

function blocksOf(text: string): readonly EncodedBlock[] {
  const joined = joinView(originalView(text));
  return [...findEncodedBlocks(text), ...(joined === undefined ? [] : findEncodedBlocks(joined.text))];
}

/** `levels`: how many more encodings inside this one are looked into. */
function hasSecret(text: string, quick: QuickLook, options: ScannerOptions, levels: number): boolean {
  if ((needs(text, quick, { ...options, personal: false }, -1) & SECRET) !== 0) return true;
  return levels > 0 && findEncodedBlocks(text).some((block) => hasSecret(block.decoded, quick, options, levels - 1));
}

function any(find: (text: string, report: Report) => void, text: string): boolean {
  let found = false;
  find(text, () => {
    found = true;
  });
  return found;
}

async function scanText(
  text: string,
  options: ScannerOptions,
  literals: readonly LiteralRule[],
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const inBlocks: Finding[] = [];
  const images = findEncodedBlocks(text).filter((block) => block.image);
  const add = (list: Finding[], view: View, findings: readonly Finding[]) => {
    for (const finding of findings) {
      const [start, end] = view.toOriginal(finding.start, finding.end);
      if (!touchesBlock(images, start, end)) list.push({ ...finding, start, end });
    }
  };
  for (const view of walkReadings(text)) {
    add(found, view, findAll(view.text, options, literals));
    add(found, view, await lint(view.text, false, options));
    const joined = joinView(view);
    if (joined !== undefined) {
      add(found, joined, findJoined(joined.text, literals));
      add(found, joined, await lint(joined.text, true, options));
      for (const block of findEncodedBlocks(joined.text)) {
        if (!block.image) add(found, joined, await scanBlock(block, options, literals));
      }
    }
    for (const block of findEncodedBlocks(view.text)) {
      const inside = await scanBlock(block, options, literals);
      if (!block.image) add(inBlocks, view, inside);
      else if (view.text === text) for (const finding of inside) inBlocks.push({ ...finding, rule: 'image' });
    }
  }
  return withoutOverlaps([...found, ...inBlocks], text.length);
}

/** Whether a range has a character in one of the blocks, which stand in order without overlaps. */
function touchesBlock(blocks: readonly EncodedBlock[], start: number, end: number): boolean {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.end ?? 0) > start) high = middle;
    else low = middle + 1;
  }
  const block = blocks[low];
  return block !== undefined && block.start < end;
}

/** A finding inside an encoded block, or in one inside that, takes the whole block with it. */
async function scanBlock(
  block: EncodedBlock,
  options: ScannerOptions,
  literals: readonly LiteralRule[],
  levels = 1,
): Promise<readonly Finding[]> {
  const inside = [
    ...findAll(block.decoded, { ...options, personal: false }, literals),
    ...(await lint(block.decoded, true, options)),
  ];
  if (levels > 0) {
    for (const inner of findEncodedBlocks(block.decoded)) {
      inside.push(...(await scanBlock(inner, options, literals, levels - 1)));
    }
  }
  const hit = inside.find((finding) => !finding.doubtful && finding.replacement === undefined);
  return hit === undefined ? [] : [{ rule: hit.rule, value: hit.value, start: block.start, end: block.end }];
}

function findAll(text: string, options: ScannerOptions, literals: readonly LiteralRule[]): readonly Finding[] {
  const found: Finding[] = [];
  const report: Report = (finding) => found.push(finding);
  findTokens(text, literals, report);
  if (options.ungated === true || CONTEXT_HINT.test(text)) findInContext(text, report);
  findAssignments(text, report);
  findInPlaces(text, report);
  findCutToken(text, report);
  found.push(...findHomes(text, options.names ?? [], options.ungated));
  if (options.personal) findPersonal(text, report);
  return found;
}

/** Homes and the names of those whose homes they are; in order of place. */
function findHomes(text: string, names: readonly string[], ungated = false): readonly Finding[] {
  const found: Finding[] = [];
  const report: Report = (finding) => found.push(finding);
  const homes = ungated || HOME_HINT.test(text);
  if (homes) findHomePaths(text, report, names);
  const paths = found.length;
  if (OWNER_HINT.test(text)) findOwners(text, homes ? [...names, ...listOwners(text)] : names, report);
  return found.length === paths ? found : found.sort((a, b) => a.start - b.start);
}

/** Only rules that need no line end: in joined text a name can stand before the next line's words. */
function findJoined(text: string, literals: readonly LiteralRule[]): readonly Finding[] {
  const found: Finding[] = [];
  findTokens(text, literals, (finding) => found.push(finding));
  if (CONTEXT_HINT.test(text)) {
    findInContext(text, (finding) => {
      if (finding.rule === 'jwt') found.push(finding);
    });
  }
  return found;
}

function findTokens(text: string, literals: readonly LiteralRule[], report: Report): void {
  for (const { rule, pattern } of literals) {
    reportMatches(text, pattern, rule, report, () => true);
  }
  if (PRIVATE_KEY_HINT.test(text)) findPrivateKeys(text, report);
  for (const i of searchShapes(text)) {
    const row = SHAPES[i];
    if (row !== undefined) reportMatches(text, row.shape, row.rule, report, (value) => !isPlaceholder(value));
  }
}

async function lint(text: string, joined: boolean, options: ScannerOptions): Promise<readonly Finding[]> {
  if (options.ungated !== true && !LINT_HINT.test(text)) return [];
  const run = await loadLint();
  const found: Finding[] = [];
  for (let from = 0; from === 0 || from + LINT_OVERLAP < text.length; from += LINT_WINDOW - LINT_OVERLAP) {
    const piece = text.length <= LINT_WINDOW ? text : text.slice(from, from + LINT_WINDOW);
    for (const hit of await run(piece)) {
      const value = piece.slice(hit.start, hit.end);
      if (WIDE_LINT.test(hit.rule) && (joined || isWideFalse(hit.rule, value))) continue;
      if (value.includes('[redacted:') || (hit.rule !== 'privatekey' && isPlaceholder(value))) continue;
      const end = hit.rule === 'npm' ? from + hit.start + value.search(/[\s"'`,;\\<>]|$/) : from + hit.end;
      const start = from + hit.start;
      if (end > start)
        found.push({ rule: hit.rule, start, end, value: text.slice(start, end), doubtful: hit.doubtful });
    }
    if (piece === text) break;
  }
  return found;
}

/** Our own rule for URLs knows local databases and templates; secretlint only decides where ours sees no login. */
function isWideFalse(rule: string, value: string): boolean {
  if (rule === 'npm') return /^_authToken=["']?(?:\$|<|\{|\*|\[redacted)/.test(value);
  const login = findUrlLogin(value);
  return login !== undefined && !acceptsUrl(login.user, login.password, login.host);
}

/** In order of place. Our own findings have the true range, so they go before secretlint's; wider ones before narrow ones. */
function withoutOverlaps(findings: readonly Finding[], length: number): readonly Finding[] {
  if (findings.length === 0) return findings;
  const cover = createCover(length);
  const kept: Finding[] = [];
  for (const doubtful of [false, true]) {
    for (const finding of findings) {
      if ((finding.doubtful === true) === doubtful && cover.take(finding.start, finding.end)) kept.push(finding);
    }
  }
  return kept.sort((a, b) => a.start - b.start);
}

function literalRules(options: ScannerOptions): readonly LiteralRule[] {
  const rows = [
    ['word', options.words.filter((word) => word.trim() !== '')],
    ['known', options.knownValues.filter((value) => value.length >= MIN_KNOWN && !isPlaceholder(value))],
  ] as const;
  return rows
    .filter(([, values]) => values.length > 0)
    .map(([rule, values]) => ({
      rule,
      values,
      pattern: new RegExp(
        [...new Set(values)]
          .toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1))
          .map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
          .join('|'),
        'g',
      ),
    }));
}
