/** Holds what a page tells beside its turns against what they say: headings, counts of work, the index of prompts, the cover. */
/** Made again by what builds pages. What belongs to other pages, or to the owner, is counted and never guessed. */

import { escapeHtml } from '../../base/html.ts';
import { readableTime } from '../../base/time.ts';
import type { Meta } from '../../model/conversation.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { renderWorkLine } from '../conversation/page/conversation-body.ts';
import { renderCover } from '../conversation/page/cover.ts';
import { renderRows } from '../conversation/page/prompt-index.ts';
import { agentName, projectName, titleOf } from '../render/names.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import type { ToldExchange } from '../state/pages/told.ts';
import type { AroundFinding } from './around-turns.ts';
import type { ForkBoxes } from './fork-boxes.ts';
import { classesOf, type OpenElement, type Piece, readPage, type ShownPage } from './read-page.ts';
import type { Told } from './telling.ts';

export interface Beside {
  /** Headings, counts of work, rows of the index and parts of the cover that say what the turns say. */
  readonly same: number;
  /** Those about turns of other pages and branches, and prices: nothing is said of them. */
  readonly elsewhere: number;
  /** Notes that the owner wrote, on the cover and between turns. */
  readonly notes: number;
  /** Boxes of sub-agents and of where a branch comes from, and what else is said above and below the turns: nothing is said of them. */
  readonly boxes: number;
  readonly others: number;
  /** Whether the heading is that of the published conversation; `other`: it may be the owner's. */
  readonly title: 'same' | 'other' | 'unknown';
}

export interface BesideFacts {
  readonly told: Told;
  readonly meta: Meta;
  /** From the first turn of the conversation to the last one on the page; and all that the conversation has. */
  readonly path: readonly LoggedTurn[];
  readonly all: readonly LoggedTurn[];
  /** The last exchange may go on behind the page. */
  readonly open: boolean;
  /** The page has all turns that the conversation has. */
  readonly whole: boolean;
  readonly forks: Pick<ForkBoxes, 'same' | 'judged'>;
}

/** A text of the page with what it stands in. */
interface Block {
  readonly within: readonly OpenElement[];
  /** Turns that begin before it. */
  readonly after: number;
  readonly words: string;
}

export function compareBeside(
  page: ShownPage,
  facts: BesideFacts,
): Beside & { readonly findings: readonly AroundFinding[] } {
  const findings: AroundFinding[] = [];
  const [notes, boxes] = [new Set<OpenElement>(), new Set<OpenElement>()];
  const cover = facts.whole ? listCover(facts) : undefined;
  let [same, elsewhere, others] = [facts.forks.same, 0, 0];
  let title: Beside['title'] = 'unknown';
  const judge = (judged: Judged): void => {
    if (judged === 'same') same++;
    else if (judged === 'elsewhere') elsewhere++;
    else findings.push(judged);
  };
  for (const block of listBlocks(page.around)) {
    const note = find(block, 'aside', 'written');
    const box = find(block, 'aside');
    if (note !== undefined) notes.add(note);
    else if (box !== undefined) {
      if (!facts.forks.judged.has(box)) boxes.add(box);
    } else if (find(block, 'h1') !== undefined) title = judgeTitle(block, facts);
    else if (find(block, 'section', 'exchange') !== undefined && find(block, 'h2') !== undefined)
      judge(judgeHeading(block, page, facts));
    else if (find(block, 'p', 'work') !== undefined) judge(judgeWork(block, page, facts));
    else if (find(block, 'nav', 'index') !== undefined && find(block, 'li') !== undefined)
      judge(judgeRow(block, facts));
    else if (find(block, 'div', 'cover') !== undefined) judge(judgeCover(block, cover));
    else if (find(block, 'dl', 'facts') !== undefined) judge(judgeFact(block, facts));
    else if (find(block, 'section', 'page-check') !== undefined) {
      if (find(block, 'button') === undefined)
        findings.push({ turn: '', problem: 'the place of the answer says something before anybody asked' });
    } else if (isSaid(block)) others++;
  }
  return { same, elsewhere, notes: notes.size, boxes: boxes.size, others, title, findings };
}

type Judged = 'same' | 'elsewhere' | AroundFinding;

/** An exchange is called by its prompt; one that goes on from the page before, by that one's. */
function judgeHeading({ within, after, words }: Block, { turns }: ShownPage, { told }: BesideFacts): Judged {
  if (within.some((element) => classesOf(element).includes('continued'))) return 'elsewhere';
  const turn = turns[after]?.digits ?? '';
  const exchange = told.exchanges.get(turn);
  if (exchange === undefined) return { turn, problem: 'the heading above it is that of no prompt' };
  if (exchange.number === 0) return 'elsewhere';
  return words === squeeze(escapeHtml(exchange.line)) ? 'same' : { turn, problem: 'the heading above it is changed' };
}

function judgeWork({ after, words }: Block, { turns }: ShownPage, { told }: BesideFacts): Judged {
  const turn = turns[after - 1]?.digits ?? '';
  const exchange = told.exchanges.get(turn);
  if (exchange !== undefined && wordsOf(renderWorkLine(exchange)).includes(words)) return 'same';
  return { turn, problem: 'what is counted below it is not what was done' };
}

function judgeRow({ within, words }: Block, { told, open }: BesideFacts): Judged {
  const address = within.findLast(({ name }) => name === 'a')?.attributes.get('href') ?? '';
  const turn = /#t-([0-9a-f]{16})$/.exec(address)?.[1] ?? '';
  const exchange = told.exchanges.get(turn);
  if (exchange === undefined || exchange.number === 0) return 'elsewhere';
  // a row says its day where that is another one than the row's above
  const rows = [{ ...exchange, first: exchange.first }, exchange];
  if (wordsOf(renderRows({ rows, page: undefined })).includes(words)) return 'same';
  const isLast = exchange === [...told.exchanges.values()].at(-1);
  return open && isLast ? 'elsewhere' : { turn, problem: 'the index of prompts says something else of it' };
}

/** `cover`: what the cover of these turns says; undefined: other turns have a part in it. */
function judgeCover(block: Block, cover: ReadonlySet<string> | undefined): Judged {
  const kind = COVER.find(([name, className]) => find(block, name, className) !== undefined);
  if (cover === undefined || kind === undefined) return 'elsewhere';
  if (cover.has(`${kind[1]} ${block.words}`)) return 'same';
  // its owner says at which prices
  if (block.words.startsWith('Cost')) return 'elsewhere';
  return { turn: '', problem: `the cover says what its turns do not: “${block.words.slice(0, 60)}”` };
}

/** Parts of a cover that follow from turns alone. */
const COVER = [
  ['p', 'outcome'],
  ['dl', 'figures'],
  ['section', 'files'],
  ['section', 'commits'],
] as const;

function listCover({ told, meta, path }: BesideFacts): ReadonlySet<string> {
  const all: readonly ToldExchange[] = [...told.exchanges.values()];
  const times = path.map(({ timeMs }) => timeMs);
  const cover = renderCover({
    ...{ told: all, main: all, wallMs: Math.max(...times) - Math.min(...times), models: meta.models ?? [] },
    ...{ remote: meta.git?.remote, fileUrls: new Map(), links: meta.links ?? [], prices: [], currency: '' },
    ...{ branches: [], branchCount: 1, moreBranches: [], children: [], sessions: [], resume: undefined },
  });
  const blocks = listBlocks(readPage(cover).around);
  return new Set(
    COVER.flatMap(([name, className]) =>
      blocks.flatMap((block) => (find(block, name, className) === undefined ? [] : [`${className} ${block.words}`])),
    ),
  );
}

/** Where the archive has no title, a page is called by its first prompt, and a branch by its own. */
function judgeTitle({ words }: Block, { told, meta, path }: BesideFacts): Beside['title'] {
  const id = path[0]?.hash;
  if (id === undefined) return 'unknown';
  const title = titleOf({ meta, firstPrompt: told.firstWords, id: id as string as ConversationId });
  if ([title, plainTitle(told.ownWords, 80)].some((each) => squeeze(escapeHtml(each)) === words)) return 'same';
  return (meta.title ?? '') === '' ? 'unknown' : 'other';
}

/** In the place of what the conversation says: no link, tag or tool of the page, and not what the site has on all pages. */
function isSaid(block: Block): boolean {
  if (find(block, 'body') === undefined) return false;
  return !FRAME.some(([name, className]) => find(block, name, className) !== undefined);
}

/** What these hold is told of in words (report-words.ts). */
const FRAME: readonly (readonly [string, string?])[] = [
  ['nav'],
  ['ul', 'tags'],
  ['p', 'position'],
  ['section', 'take'],
  ['details', 'run'],
  ['header', 'site-header'],
  ['footer', 'site-footer'],
  ['a', 'skip-link'],
];

/** What stands at the top of the first page; who started it is told by another conversation. */
function judgeFact({ words }: Block, { meta, all }: BesideFacts): Judged {
  const times = all.map(({ timeMs }) => timeMs);
  const facts: Readonly<Record<string, string | undefined>> = {
    Agent: meta.agent === undefined ? undefined : agentName(meta.agent),
    Project: meta.project === undefined ? undefined : projectName(meta.project),
    Branch: meta.git?.branch === undefined ? undefined : plainTitle(meta.git.branch, 80),
    Started: readableTime(Math.min(...times)),
    Lastturn: readableTime(Math.max(...times)),
  };
  if (words.startsWith('Startedby')) return 'elsewhere';
  const isRight = Object.entries(facts).some(([name, said = '']) => words === name + squeeze(escapeHtml(said)));
  return isRight ? 'same' : { turn: '', problem: `a fact at the top is changed: “${words.slice(0, 60)}”` };
}

/** Texts of one block together, in their order. Badges are the site's own words. */
function listBlocks(around: readonly Piece[]): readonly Block[] {
  const blocks: (Block & { readonly element: OpenElement | undefined })[] = [];
  for (const { text, within, after } of around) {
    if (text === undefined || within.some((each) => classesOf(each).includes('badge'))) continue;
    const element = within.findLast(({ name }) => BLOCKS.has(name));
    const last = blocks.at(-1);
    if (last !== undefined && last.element === element && last.after === after)
      blocks[blocks.length - 1] = { ...last, words: last.words + squeeze(text) };
    else blocks.push({ element, within, after, words: squeeze(text) });
  }
  return blocks;
}

const BLOCKS: ReadonlySet<string> = new Set('h1 h2 p li div section summary aside nav'.split(' '));

function wordsOf(html: string): readonly string[] {
  return listBlocks(readPage(html).around).map(({ words }) => words);
}

/** The innermost element of this name, and of this class if one is asked for. */
function find({ within }: Block, name: string, className?: string): OpenElement | undefined {
  return within.findLast(
    (element) => element.name === name && (className === undefined || classesOf(element).includes(className)),
  );
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, '');
}
