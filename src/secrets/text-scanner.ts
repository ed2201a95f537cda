/** Looks at one text in all its readings and says what must go. */
/** A fast look over the plain text decides whether the slow one is needed; a test runs both over everything. */

import { type EncodedBlock, findEncodedBlocks } from './encoded-blocks.ts';
import { createCover, type Finding, type Report } from './finding.ts';
import { createMarkerCheck } from './markers.ts';
import { findInColumns } from './places/columns.ts';
import {
  ASSIGNMENT,
  BLOCK,
  COLUMN,
  createQuickLook,
  HOME,
  PERSONAL,
  PLACE,
  type QuickLook,
  READING,
  SECRET,
} from './quick-look.ts';
import {
  findAll,
  findHomes,
  findJoined,
  type LiteralRule,
  lint,
  literalRules,
  type ScannerOptions,
} from './rules/all-rules.ts';
import { findAssignments } from './rules/assignments.ts';
import { findCutToken } from './rules/cut-tokens.ts';
import { findHomePaths, listOwners } from './rules/home-paths.ts';
import { judgeMember } from './rules/members.ts';
import { OWNER_HINT } from './rules/owners.ts';
import { hasPersonal, judgePersonalMember, mayHavePersonal } from './rules/personal.ts';
import { findInPlaces } from './rules/telling-places.ts';
import { joinView, originalView, type View, walkReadings } from './views.ts';

export interface TextScanner {
  /** What the fast look says: `clean`, only homes to shorten, or worth the slow look. */
  look(text: string): 'clean' | 'home' | 'suspicious';
  /** Every finding, mapped to ranges of `text`, in order, without overlaps. */
  scan(text: string, owners?: readonly string[]): Promise<readonly Finding[]>;
  /** Tokens of known shapes in a text that was put together of two: quick, and with the ranges of that text. */
  scanJoined(text: string): readonly Finding[];
  /** Homes, and the names of their owners where a machine printed them: all that a text has which is `home` to the fast look. */
  findHomes(text: string, owners?: readonly string[]): readonly Finding[];
  /** Whose homes stand in any of the pieces of a text. */
  listOwners(texts: readonly string[]): readonly string[];
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
    scan: (text, owners = []) => scanText(text, withOwners(options, owners), literals),
    scanJoined: (text) => ((quick.look(text) & SECRET) === 0 ? [] : findJoined(text, literals)),
    findHomes: (text, owners = []) => findHomes(text, withOwners(options, owners).names ?? []),
    listOwners: (texts) =>
      texts.some((text) => OWNER_HINT.test(text) || SLUG_HINT.test(text))
        ? [...new Set(texts.flatMap(listOwners))].slice(0, MOST_OWNERS)
        : [],
    judgeMember: (name, value) =>
      judgeMember(name, value) ?? (options.personal ? judgePersonalMember(name, value) : undefined),
  };
}

/** What a name is needed for that stands in another piece: listings, prompts, and folders of Claude Code. */
const SLUG_HINT = /-(?:home|Users)-/;
/** Names of one text at the most. */
const MOST_OWNERS = 16;

function withOwners(options: ScannerOptions, owners: readonly string[]): ScannerOptions {
  return owners.length === 0 ? options : { ...options, names: [...(options.names ?? []), ...owners] };
}

/** SECRET, HOME, both or none: the bits of the fast look, with the unsure ones settled. */
function needs(text: string, quick: QuickLook, options: ScannerOptions, depth: number): number {
  let bits = quick.look(text);
  if (
    options.personal &&
    ((bits & PERSONAL) !== 0 || mayHavePersonal(text)) &&
    hasPersonal(text, (bits & PERSONAL) !== 0)
  )
    bits |= SECRET;
  if ((bits & SECRET) !== 0) return SECRET;
  if ((bits & ASSIGNMENT) !== 0 && any(findAssignments, text)) return SECRET;
  if ((bits & COLUMN) !== 0 && any(findInColumns, text)) return SECRET;
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
  if (found.length + inBlocks.length === 0) return [];
  const cutsMarker = createMarkerCheck(text);
  const sound = [...found, ...inBlocks].filter(({ rule, start, end }) => LITERAL.has(rule) || !cutsMarker(start, end));
  return withoutOverlaps(sound, text.length);
}

/** Rules that look for given words: nothing hides one of these, not even what is written like a marker. */
const LITERAL: ReadonlySet<string> = new Set(['known', 'word']);

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
