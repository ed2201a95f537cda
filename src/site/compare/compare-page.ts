/** Holds what a page shows against the turns of its conversation, turn by turn. */
/** The same code in `turnpress check` and in the page that checks itself. Named is what differs; what cannot be known is not claimed. */

import type { TurnHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { RENDERER_VERSION } from '../render/version.ts';
import { foldersOf } from '../view/folders.ts';
import { findAround } from './around-turns.ts';
import { type Beside, compareBeside } from './beside-turns.ts';
import { compareForks, listToldElsewhere } from './fork-boxes.ts';
import type { KnownConversation, KnownTurns } from './known-turns.ts';
import { readPage, type ShownPage, type ShownTurn } from './read-page.ts';
import { type Rendering, renderAgain, type ShownPicture } from './render-again.ts';
import { createTelling } from './telling.ts';
import { findWithoutTurns } from './without-turns.ts';

export interface PageFinding {
  /** First 16 digits of a turn; empty: what stands around the turns. */
  readonly turn: string;
  readonly problem: string;
}

export interface PageReport {
  /** How many turns the page shows; their digits. None where its branch lies on other pages. */
  readonly turns: number;
  readonly shown: readonly string[];
  /** Turns of which no finding is: their HTML is that of our renderer, to the letter; or their words and addresses are the same. */
  readonly same: number;
  readonly sameText: number;
  /** Those of both that were taken back. */
  readonly takenBack: number;
  readonly beside: Beside;
  /** Where the page shows pictures, and what they have to be. */
  readonly pictures: readonly ShownPicture[];
  /** Version of the renderer that the page names; empty: none. Another one than ours: `sameText` may be above 0. */
  readonly renderer: string;
  readonly ourRenderer: string;
  readonly findings: readonly PageFinding[];
  /** It begins with the conversation's first turn; it ends with the last one of a branch. */
  readonly fromFirst: boolean;
  readonly toLast: boolean;
}

/** `page`: read with the colours of the `rendering`. */
export function comparePage(page: ShownPage, conversation: KnownConversation, rendering: Rendering): PageReport {
  const findings: PageFinding[] = [...page.odd, ...findAround(page)];
  if (page.turns.length === 0) findings.push(...findWithoutTurns(page, rendering.path, conversation));
  const known: { readonly turn: LoggedTurn; readonly shown: ShownTurn }[] = [];
  for (const shown of page.turns) {
    const turn = conversation.findTurn(shown.digits);
    if (turn !== undefined) known.push({ turn, shown });
    else findings.push({ turn: shown.digits, problem: 'the published conversation has no such turn' });
  }
  const hashes = known.map(({ turn }) => turn.hash);
  const path = pathOf(conversation, known);
  const rows = known.filter(({ shown }) => shown.inside === '').map(({ turn }) => turn.hash);
  findings.push(...findOrder(path, rows, hashes));
  const wanted = new Set(hashes);
  const telling = createTelling(wanted, foldersOf(rendering.meta));
  const rendered = renderAgain(telling.watch(conversation.walkViews(path, wanted)), wanted, rendering);
  const told = telling.finish();
  const again = Map.groupBy(
    rendered.rows.flatMap((row) => readPage(row, rendering).turns),
    ({ digits, inside }) => `${digits} ${inside}`,
  );
  // a page that says it has our renderer is held to it
  const exact = page.renderer === RENDERER_VERSION;
  let [same, sameText, takenBack] = [0, 0, 0];
  for (const { folded, inside, digits } of page.turns)
    if (folded && inside === '' && !rendered.folding.has(digits))
      findings.push({ turn: digits, problem: 'it is folded away, and is no mere look at files' });
  const named = new Set(findings.map(({ turn }) => turn));
  for (const { shown } of known) {
    const looks = again.get(`${shown.digits} ${shown.inside}`) ?? [];
    const isSame = looks.some(({ marks }) => marks === shown.marks);
    const hasWords = looks.some(({ words }) => words === shown.words);
    const leads = looks.some(({ words, addresses }) => words === shown.words && equal(addresses, shown.addresses));
    if (!isSame && (exact || !leads))
      findings.push({
        turn: shown.digits,
        problem: told.takenBack.has(shown.digits)
          ? 'its owner took it back, and the page shows something in its place'
          : /^<[a-z]+ [^>]*\bturn-withheld\b/.test(shown.marks)
            ? 'the page says that it was taken back, and what was published says something here'
            : problemOf(hasWords, leads),
      });
    else if (named.has(shown.digits)) continue;
    else {
      if (isSame) same++;
      else sameText++;
      if (told.takenBack.has(shown.digits)) takenBack++;
    }
  }
  const [first, deepest] = [path[0], path.at(-1)];
  const fromFirst = first !== undefined && first.hash === hashes[0];
  const toLast = deepest !== undefined && !conversation.hasChildren(deepest.hash);
  const whole = fromFirst && path.length === conversation.turns.length;
  const forks = compareForks(page, conversation, { told, basePath: rendering.basePath });
  const { findings: wrong, ...beside } = compareBeside(page, {
    ...{ told, meta: rendering.meta, path, all: conversation.turns, open: !toLast, whole, forks },
  });
  for (const { turn, problem } of [...forks.findings, ...wrong])
    findings.push({ turn, problem: `beside the turns: ${problem}` });
  const places = new Set(page.turns.flatMap(({ addresses }) => addresses));
  return {
    ...{ turns: page.turns.length, shown: page.turns.map(({ digits }) => digits), same, sameText, findings },
    ...{ renderer: page.renderer, ourRenderer: RENDERER_VERSION, fromFirst, toLast, beside },
    takenBack,
    pictures: rendered.pictures.filter(({ url }) => places.has(url)),
  };
}

/** The turns of a page that the conversation has, and those that its boxes tell of, for who has to fetch what they say before the page can be compared. */
export function listShown(page: ShownPage, conversation: KnownTurns) {
  const known = page.turns.flatMap((shown) => {
    const turn = conversation.findTurn(shown.digits);
    return turn === undefined ? [] : [{ turn }];
  });
  const shown = known.map(({ turn }) => turn);
  return { path: pathOf(conversation, known), shown, elsewhere: listToldElsewhere(page, conversation) };
}

function pathOf({ listBranch }: KnownTurns, known: readonly { readonly turn: LoggedTurn }[]): readonly LoggedTurn[] {
  const deepest = known.toSorted((a, b) => b.turn.depth - a.turn.depth)[0]?.turn.hash;
  return deepest === undefined ? [] : listBranch(deepest);
}

function problemOf(hasWords: boolean, leads: boolean): string {
  if (!hasWords) return 'its words are changed';
  return leads
    ? 'the words are right, the marks around them are not: something may be hidden, or look otherwise'
    : 'the words are right, a link or a picture in it leads elsewhere';
}

/** The rows of a page follow each other on a branch: no turn is left out between, none stands elsewhere or twice. `rows`: without results in rows. */
function findOrder(
  path: readonly LoggedTurn[],
  rows: readonly TurnHash[],
  shown: readonly TurnHash[],
): readonly PageFinding[] {
  const places = new Map(path.map(({ hash }, i) => [hash, i]));
  const has = new Set(shown);
  const first = path.findIndex(({ hash }) => has.has(hash));
  const findings: PageFinding[] = [];
  const say = (hash: TurnHash, problem: string): void => void findings.push({ turn: hash.slice(0, 16), problem });
  for (const { hash } of path.slice(Math.max(0, first))) if (!has.has(hash)) say(hash, 'the page leaves it out');
  const seen = new Set<TurnHash>();
  for (const hash of shown) {
    if (seen.has(hash)) say(hash, 'it stands there twice');
    else if (!places.has(hash)) say(hash, 'it stands on another branch');
    seen.add(hash);
  }
  let before = -1;
  for (const hash of rows) {
    const place = places.get(hash) ?? before;
    if (place < before) say(hash, 'it does not stand in its place');
    before = Math.max(before, place);
  }
  return findings;
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i]);
}
