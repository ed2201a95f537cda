/** Holds what a page shows against the turns of its conversation, turn by turn. */
/** Named is what differs; what cannot be known (what stood before the first turn, and behind the last) is not claimed. */

import type { ArchiveReader } from '../../archive/archive.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { renderAgain } from '../../site/site.ts';
import { findShownTurns, type ShownTurn, splitTurn, textOf } from './shown-turns.ts';

export interface PageFinding {
  /** First 16 digits of a turn. */
  readonly turn: string;
  readonly problem: string;
}

export interface PageReport {
  readonly turns: number;
  /** Turns whose HTML is that of our renderer, to the letter; and those of which only the words are. */
  readonly same: number;
  readonly sameText: number;
  readonly findings: readonly PageFinding[];
  /** It begins with the conversation's first turn; it ends with the last one of a branch. */
  readonly fromFirst: boolean;
  readonly toLast: boolean;
}

export async function comparePage(
  archive: ArchiveReader,
  id: ConversationId,
  { html, basePath }: { readonly html: string; readonly basePath: string },
): Promise<PageReport> {
  const { turns: shown, odd } = findShownTurns(html);
  const findings: PageFinding[] = odd.map((turn) => ({
    turn,
    problem: 'an element that is none of a turn’s, or is not shown, has its id',
  }));
  const known: { readonly turn: LoggedTurn; readonly shown: ShownTurn }[] = [];
  for (const each of shown) {
    const turn = archive.findTurn(each.digits);
    if (turn?.conversation === id) known.push({ turn, shown: each });
    else findings.push({ turn: each.digits, problem: 'the published conversation has no such turn' });
  }
  const deepest = known.toSorted((a, b) => b.turn.depth - a.turn.depth)[0]?.turn.hash;
  const path = deepest === undefined ? [] : archive.listBranch(deepest);
  const hashes = known.map(({ turn }) => turn.hash);
  const tops = known.filter((one) => one.shown.inside === undefined).map(({ turn }) => turn.hash);
  findings.push(...findOrder(path, tops, hashes));
  const again = splitAll(await renderAgain(archive, path, new Set(hashes), basePath));
  const looks = known.map(({ turn, shown: { html: own, inside = '' } }) => ({
    turn,
    own,
    again: again.get(`${inside} ${turn.hash.slice(0, 16)}`) ?? [],
  }));
  const same = looks.filter(({ own, again }) => again.includes(own));
  const words = looks.filter(
    ({ own, again }) => !again.includes(own) && again.some((look) => textOf(look) === textOf(own)),
  );
  // where some are letter for letter ours, the renderer is the same one: then nothing else may be otherwise
  const sameRenderer = same.length > 0;
  for (const { turn, own, again } of looks) {
    const sameWords = again.some((look) => textOf(look) === textOf(own));
    if (again.includes(own) || (sameWords && !sameRenderer)) continue;
    const problem = sameWords
      ? 'the words are right, what stands around them (a link, a mark) is not'
      : 'it is changed';
    findings.push({ turn: turn.hash.slice(0, 16), problem });
  }
  const children = new Set(archive.listTurns(id).map(({ parent }) => parent));
  return {
    ...{ turns: shown.length, same: same.length, sameText: sameRenderer ? 0 : words.length, findings },
    fromFirst: path[0] !== undefined && path[0].hash === hashes[0],
    toLast: deepest !== undefined && !children.has(deepest),
  };
}

/** Looks by the turn's place and digits: `<digits of the turn it stands in or nothing> <digits>`. */
function splitAll(rendered: ReadonlyMap<TurnHash, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const looks = new Map<string, string[]>();
  for (const [hash, wholes] of rendered) {
    for (const { digits, html, inside = '' } of wholes.flatMap((whole) => splitTurn(hash.slice(0, 16), whole))) {
      const name = `${inside} ${digits}`;
      looks.set(name, [...(looks.get(name) ?? []), html]);
    }
  }
  return looks;
}

/** The rows of a page follow each other on a branch: no turn is left out between, none stands elsewhere or twice. `tops`: without results inside rows. */
function findOrder(
  path: readonly LoggedTurn[],
  tops: readonly TurnHash[],
  shown: readonly TurnHash[],
): readonly PageFinding[] {
  const places = new Map(path.map(({ hash }, i) => [hash, i]));
  const has = new Set(shown);
  const first = path.findIndex(({ hash }) => has.has(hash));
  const findings: PageFinding[] = [];
  for (const { hash } of path.slice(Math.max(0, first)))
    if (!has.has(hash)) findings.push({ turn: hash.slice(0, 16), problem: 'the page leaves it out' });
  let before = -1;
  const seen = new Set<TurnHash>();
  for (const hash of shown) {
    if (seen.has(hash)) findings.push({ turn: hash.slice(0, 16), problem: 'it stands there twice' });
    seen.add(hash);
  }
  for (const hash of tops) {
    const place = places.get(hash);
    const turn = hash.slice(0, 16);
    if (place === undefined) findings.push({ turn, problem: 'it stands on another branch' });
    else if (place < before) findings.push({ turn, problem: 'it does not stand in its place' });
    before = Math.max(before, place ?? before);
  }
  return findings;
}
