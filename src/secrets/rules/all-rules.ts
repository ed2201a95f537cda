/** All rules on one reading of a text: ours in one go, and secretlint's. */
/** What stands where in the text itself, and which reading to look at, is the scanner's to know. */

import { type Finding, type Report, reportMatches } from '../finding.ts';
import { isPlaceholder } from '../judging/placeholders.ts';
import { createListSearch } from '../literal-search.ts';
import { findInColumns } from '../places/columns.ts';
import { findAssignments } from './assignments.ts';
import { acceptsUrl, CONTEXT_HINT, findInContext, findUrlLogin } from './context-rules.ts';
import { findCutToken } from './cut-tokens.ts';
import { findHomePaths, HOME_HINT, listOwners } from './home-paths.ts';
import { findOwners, OWNER_HINT } from './owners.ts';
import { findPersonal } from './personal.ts';
import { findPrivateKeys, PRIVATE_KEY_HINT } from './private-keys.ts';
import { LINT_HINT, type LintHit, loadLint } from './secretlint.ts';
import { findInPlaces } from './telling-places.ts';
import { tokenShapes } from './token-shapes.ts';

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

export interface LiteralRule {
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

/** All that the rules of our own say. */
export function findAll(text: string, options: ScannerOptions, literals: readonly LiteralRule[]): readonly Finding[] {
  const found: Finding[] = [];
  const report: Report = (finding) => found.push(finding);
  findTokens(text, literals, report);
  if (options.ungated === true || CONTEXT_HINT.test(text)) findInContext(text, report);
  findAssignments(text, report);
  findInPlaces(text, report);
  findInColumns(text, report);
  findCutToken(text, report);
  found.push(...findHomes(text, options.names ?? [], options.ungated));
  if (options.personal) findPersonal(text, report);
  return found;
}

/** Homes and the names of those whose homes they are; in order of place. */
export function findHomes(text: string, names: readonly string[], ungated = false): readonly Finding[] {
  const found: Finding[] = [];
  const report: Report = (finding) => found.push(finding);
  const homes = ungated || HOME_HINT.test(text);
  if (homes) findHomePaths(text, report, names);
  const paths = found.length;
  if (OWNER_HINT.test(text)) findOwners(text, homes ? [...names, ...listOwners(text)] : names, report);
  return found.length === paths ? found : found.sort((a, b) => a.start - b.start);
}

/** Only rules that need no line end: in joined text a name can stand before the next line's words. */
export function findJoined(text: string, literals: readonly LiteralRule[]): readonly Finding[] {
  const found: Finding[] = [];
  findTokens(text, literals, (finding) => found.push(finding));
  if (CONTEXT_HINT.test(text)) {
    findInContext(text, (finding) => {
      if (finding.rule === 'jwt') found.push(finding);
    });
  }
  return found;
}

/** In base64 the beginning of every token comes up by chance: many random characters before it, with nothing between. */
function isInRun(before: string): boolean {
  return before.length === RUN && /^[\w+/-]+$/.test(before) && OFTEN.every((kind) => kind.test(before));
}

const RUN = 48;
const OFTEN = [/(?:[a-z][^a-z]*){6}/, /(?:[A-Z][^A-Z]*){6}/, /(?:\d\D*){3}/];

function findTokens(text: string, literals: readonly LiteralRule[], report: Report): void {
  for (const { rule, pattern } of literals) {
    reportMatches(text, pattern, rule, report, () => true);
  }
  if (PRIVATE_KEY_HINT.test(text)) findPrivateKeys(text, report);
  for (const i of searchShapes(text)) {
    const row = SHAPES[i];
    if (row !== undefined)
      reportMatches(text, row.shape, row.rule, report, (value, match) => {
        return !isPlaceholder(value) && !isInRun(text.slice(Math.max(0, match.index - RUN), match.index));
      });
  }
}

/** What secretlint says, where ours does not know better. */
export async function lint(text: string, joined: boolean, options: ScannerOptions): Promise<readonly Finding[]> {
  if (options.ungated !== true && !LINT_HINT.test(text)) return [];
  const run = await loadLint();
  const found: Finding[] = [];
  for (let from = 0; from === 0 || from + LINT_OVERLAP < text.length; from += LINT_WINDOW - LINT_OVERLAP) {
    const piece = text.length <= LINT_WINDOW ? text : text.slice(from, from + LINT_WINDOW);
    for (const hit of await run(piece)) {
      const value = piece.slice(hit.start, hit.end);
      if (WIDE_LINT.test(hit.rule) && (joined || isWideFalse(hit.rule, value))) continue;
      if (value.includes('[redacted:') || (hit.rule !== 'privatekey' && isPlaceholder(value))) continue;
      if (hit.rule === 'aws' && isSampleOfAws(piece, hit)) continue;
      const end = hit.rule === 'npm' ? from + hit.start + value.search(/[\s"'`,;\\<>]|$/) : from + hit.end;
      const start = from + hit.start;
      if (end > start)
        found.push({ rule: hit.rule, start, end, value: text.slice(start, end), doubtful: hit.doubtful });
    }
    if (piece === text) break;
  }
  return found;
}

/** What Amazon's manuals write for an account, and the alphabet for a key. */
function isSampleOfAws(text: string, { start, end, doubtful }: LintHit): boolean {
  const value = text.slice(start, end);
  if (doubtful) return SAMPLE_ACCOUNT.test(value.slice(-12));
  const given = value.slice(value.search(/[=:]/) + 1).replace(/^["'\s]+/, '');
  return isPlaceholder(given + text.slice(end, end + 40).replace(/[^A-Za-z0-9/+].*$/s, ''));
}

const SAMPLE_ACCOUNT =
  /^(?:(\d)\1{11}|(\d)\2{3}(\d)\3{3}(\d)\4{3}|0?123456789\d{2,3}|0?12345678901\d?|210987654321|987654321\d{3})$/;

/** Our own rule for URLs knows local databases and templates; secretlint only decides where ours sees no login. */
function isWideFalse(rule: string, value: string): boolean {
  if (rule === 'npm') return /^_authToken=["']?(?:\$|<|\{|\*|\[redacted)/.test(value);
  const login = findUrlLogin(value);
  return login !== undefined && !acceptsUrl(login.user, login.password, login.host);
}

/** What must go because the owner said so, or the machine knows it. */
export function literalRules(options: ScannerOptions): readonly LiteralRule[] {
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
