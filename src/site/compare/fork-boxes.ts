/** Boxes of forks and of where a branch comes from, told again: which ways leave a turn follows from the verified heads. */
/** Names, addresses and ends of branches are made by what builds pages; a box too many or too few is named. */

import type { ConversationId } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { underBasePath } from '../base-path.ts';
import { createBranchNames, listAskedTurns } from '../conversation/branch-names.ts';
import { createForkWays, listLeaving } from '../conversation/fork-ways.ts';
import { renderFork } from '../conversation/page/forks.ts';
import { anchorOf } from '../fixed-urls.ts';
import type { LinkModel } from '../shell/page-model.ts';
import { outlineBranches } from '../view/outline.ts';
import type { AroundFinding } from './around-turns.ts';
import type { KnownConversation, KnownTurns } from './known-turns.ts';
import { classesOf, decodeText, type OpenElement, type Piece, readPage, type ShownPage } from './read-page.ts';
import type { Told } from './telling.ts';

export interface ForkBoxes {
  /** Boxes that say what they have to. */
  readonly same: number;
  /** All but those that say where a branch comes from, of which only the place and its name are held. */
  readonly judged: ReadonlySet<OpenElement>;
  readonly findings: readonly AroundFinding[];
}

/** What the boxes of a page are told from, beside its own turns: for who has to fetch it before. */
export function listToldElsewhere(
  { turns }: Pick<ShownPage, 'turns'>,
  known: Pick<KnownTurns, 'turns' | 'heads'>,
): readonly LoggedTurn[] {
  const shown = new Set(turns.map(({ digits }) => digits));
  return listLeaving(outlineBranches(known.turns, known.heads))
    .filter(({ forkTurn = '' }) => shown.has(forkTurn.slice(0, 16)))
    .flatMap(listAskedTurns)
    .sort((a, b) => a.position - b.position);
}

export function compareForks(
  { turns, around }: ShownPage,
  conversation: KnownConversation,
  { told, basePath }: { readonly told: Told; readonly basePath: string },
): ForkBoxes {
  const id = conversation.turns[0]?.hash as string as ConversationId;
  const outlines = outlineBranches(conversation.turns, conversation.heads);
  const walk = (path: readonly LoggedTurn[]) => conversation.walkViews(path, new Set());
  const { forksAfter } = createForkWays(id, outlines, createBranchNames(walk, { id, title: '' }, outlines));
  const findings: AroundFinding[] = [];
  const boxes = listBoxes(around);
  const forked = boxes.filter(({ classes }) => !classes.includes('origin'));
  const forks = [...forked];
  let same = 0;
  const judge = (box: Box | undefined, expected: readonly Box[], turn: string): void => {
    if (box === undefined) findings.push({ turn, problem: 'other ways left after it, and the page does not say so' });
    else if (!expected.some((each) => each.words === box.words))
      findings.push({ turn, problem: 'the box about other ways below it is changed' });
    else if (!expected.some((each) => each.links.join(' ') === box.links.join(' ')))
      findings.push({ turn, problem: 'the box about other ways below it leads elsewhere' });
    else same++;
  };
  for (const [i, { digits }] of turns.entries()) {
    const turn = conversation.findTurn(digits);
    const ways = turn === undefined ? [] : forksAfter(turn.hash);
    if (ways.length === 0) continue;
    const row = turns.findIndex((each, n) => n > i && each.inside === '');
    const after = row === -1 ? turns.length : row;
    const at = forks.findIndex((box) => box.after === after);
    const box = at === -1 ? undefined : forks.splice(at, 1)[0];
    const expected = [undefined, nextPrompt(turns.slice(i + 1), told)].flatMap((next) =>
      listBoxes(readPage(underBasePath(renderFork(ways, next), basePath)).around),
    );
    judge(box, expected, digits);
  }
  for (const { after } of forks)
    findings.push({ turn: turns[after - 1]?.digits ?? '', problem: 'no other way left where a box says so' });
  const own = outlines.find((branch) => branch.turns.some(({ hash }) => hash.startsWith(turns[0]?.digits ?? '-')));
  for (const { classes, words, links } of boxes) {
    if (!classes.includes('origin')) continue;
    const [left = '', name = ''] = [own?.forkTurn, own?.head.name];
    if (left === '' || !links[0]?.endsWith(`#${anchorOf(left.slice(0, 16))}`) || !words.includes(squeeze(name)))
      findings.push({ turn: '', problem: 'it says of another turn that the branch left there' });
  }
  return { same, judged: new Set(forked.map(({ element }) => element)), findings };
}

/** The prompt with which the page goes on. */
function nextPrompt(turns: ShownPage['turns'], { exchanges }: Told): LinkModel | undefined {
  for (const { digits } of turns) {
    const exchange = exchanges.get(digits);
    if (exchange !== undefined && exchange.number > 0) return { label: exchange.line, url: `#${anchorOf(digits)}` };
  }
  return undefined;
}

interface Box {
  readonly element: OpenElement;
  readonly classes: readonly string[];
  /** Turns that begin before it. */
  readonly after: number;
  readonly words: string;
  readonly links: readonly string[];
}

function listBoxes(around: readonly Piece[]): readonly Box[] {
  const boxes = new Map<OpenElement, Box & { readonly links: string[] }>();
  for (const { within, after, text } of around) {
    const element = within.find((each) => each.name === 'aside' && classesOf(each).includes('fork'));
    if (element === undefined) continue;
    const box = boxes.get(element) ?? { element, classes: classesOf(element), after, words: '', links: [] };
    const href = text === undefined ? within.at(-1)?.attributes.get('href') : undefined;
    if (href !== undefined) box.links.push(href);
    boxes.set(element, { ...box, words: box.words + squeeze(decodeText(text ?? '')) });
  }
  return [...boxes.values()];
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, '');
}
