/** Pages of a branch that stand as they are: a conversation that grew is walked from its first page and its last ones, not through all. */
/** Pages are cut at places that never move, so what a walk has to know of a page between can be kept from the walk that made it. */

import type { TurnHash } from '../../model/ids.ts';
import { keyOf } from '../state/keys.ts';
import type { PageSketch, SketchedExchange } from '../state/pages/packs.ts';
import type { ToldExchange } from '../state/pages/told.ts';
import { outputPath } from '../urls.ts';
import { createExchangeCollector, type Exchange } from '../view/exchange.ts';
import type { BranchOutline } from '../view/outline.ts';
import { walkViews } from '../view/turn-view.ts';
import type { ConversationWork, FilledPage } from './conversation-work.ts';

/** A page that is not made again. */
export interface SettledPage {
  readonly url: string;
  /** Its first turn's place on the branch. */
  readonly from: number;
  readonly sketch: PageSketch;
}

export interface SettledPages {
  /**
   * Those that follow one another from page `number` on, which begins at turn `from`; a prompt follows the last of them, so that no
   * exchange is open there. None: the page has to be walked.
   */
  find(number: number, from: number): readonly SettledPage[];
  /** A page that was walked and is neither the first nor the last. `key`: its file's; `prompt`: the next page begins with one. */
  note(page: FilledPage, key: string, prompt: boolean): void;
  /** An exchange that was closed. */
  close(exchange: Exchange): void;
  /** What is told of an exchange that was closed. */
  tell(told: ToldExchange): void;
  /** Keeps what was noted. */
  save(): void;
}

/** Opens the pages of one branch after the other. What all of them show is hashed once: a conversation may have ten thousand branches. */
export function openSettledPages(work: ConversationWork): (branch: BranchOutline) => SettledPages {
  const around = once(() => keyOfAround(work));
  return (branch) => openBranch(work, branch, around);
}

function openBranch(work: ConversationWork, branch: BranchOutline, around: () => string): SettledPages {
  const { state } = work.context;
  const ofBranch = once(() => keyOfBranch(work, branch));
  const keyFor = (turns: readonly TurnHash[]): string => keyOf(around(), ofBranch(), turns);
  const noted: { readonly page: FilledPage; readonly key: string; readonly prompt: boolean }[] = [];
  const closed = new Map<string, Exchange[]>();
  const told = new Map<string, ToldExchange[]>();
  const findPage = (number: number, from: number): SettledPage | undefined => {
    // where something was taken back, every page is looked at
    if (number === 1 || work.withheld.size > 0) return undefined;
    const url = work.names.urlOf(branch, number);
    const sketch = state.packs.findSketch(url);
    if (sketch === undefined || from + sketch.turns >= branch.turns.length) return undefined;
    const turns = branch.turns.slice(from, from + sketch.turns).map(({ hash }) => hash);
    const made = sketch.key === keyFor(turns) && work.context.output.knows(outputPath(url), sketch.file);
    return made ? { url, from, sketch } : undefined;
  };
  return {
    find(number, from) {
      const pages: SettledPage[] = [];
      for (let at = from; ; ) {
        const page = findPage(number + pages.length, at);
        if (page === undefined) break;
        pages.push(page);
        at += page.sketch.turns;
      }
      return pages.slice(0, pages.findLastIndex(({ sketch }) => sketch.prompt) + 1);
    },
    note(page, key, prompt) {
      if (work.withheld.size === 0 && isWhole(page)) noted.push({ page, key, prompt });
    },
    close(exchange) {
      const own = closed.get(exchange.pageUrl) ?? [];
      closed.set(exchange.pageUrl, own);
      own.push(exchange);
    },
    tell(exchange) {
      const own = told.get(exchange.page) ?? [];
      told.set(exchange.page, own);
      own.push(exchange);
    },
    save() {
      for (const { page, key, prompt } of noted) {
        const hashes = page.turns.map(({ view }) => view.turn.hash);
        const exchanges = (closed.get(page.url) ?? []).map((exchange) => sketchOf(exchange, hashes));
        const sketch = {
          ...factsOf(page),
          key: keyFor(hashes),
          file: key,
          prompt,
          exchanges,
          told: told.get(page.url) ?? [],
        };
        state.packs.saveSketch(work.owner, page.url, sketch);
      }
    },
  };
}

/** The exchange again. What was said in it is read only when somebody asks, which is seldom: its entry is made. */
export function exchangeOf(
  { context }: ConversationWork,
  branch: BranchOutline,
  { url, from }: SettledPage,
  { at, first, ...known }: SketchedExchange,
): Exchange {
  return {
    ...known,
    first: first as TurnHash,
    ended: true,
    pageUrl: url,
    get items() {
      const collector = createExchangeCollector();
      for (const view of walkViews(context.archive, branch.turns.slice(from + at))) {
        const closed = collector.add(view, url);
        if (closed !== undefined) return closed.items;
      }
      return collector.finish()?.items ?? [];
    },
  };
}

/** Everything that a page shows beside its own turns, and that is made of them elsewhere: the same for all branches. */
function keyOfAround(work: ConversationWork): string {
  const { context, conversation, names, branches } = work;
  const { summary, title, tags } = conversation;
  // the main one ends elsewhere with every turn, and no fork says how
  const endingAt = (one: BranchOutline): string => (one.main || one.turns.length === 0 ? '' : names.endingOf(one));
  return keyOf(
    [work.frameKey, work.renderKey, title, tags, conversation.private, summary.firstPrompt, summary.damage ?? ''],
    [summary.meta.agent ?? '', summary.meta.project ?? '', summary.meta.parent === undefined],
    branches.map((one) => [one.head.name, names.labelOf(one), one.forkTurn ?? '', one.turns.length > 0, endingAt(one)]),
    context.state.conversations.listChildren(summary.id),
  );
}

/** What only the pages of this branch show. */
function keyOfBranch({ names, places }: ConversationWork, branch: BranchOutline): string {
  const fork = branch.forkTurn === undefined ? undefined : places.get(branch.forkTurn);
  return keyOf(branch.head.name, branch.main, names.titleOf(branch, 1), fork ?? null);
}

/** Made when it is first asked for: most branches have one page, which has no key. */
function once(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Every turn of it can be shown, and nothing on it stands in a file of its own. */
function isWhole({ turns }: FilledPage): boolean {
  return turns.every(({ view: { item } }) => item?.parts.every(({ type }) => type !== 'blob') === true);
}

function factsOf({ turns }: FilledPage): Pick<PageSketch, 'turns' | 'lastMs' | 'prompts' | 'calls'> {
  return {
    turns: turns.length,
    lastMs: turns.reduce((last, { view }) => Math.max(last, view.turn.timeMs), 0),
    prompts: turns.flatMap(({ view }, i) => (view.prompt ? [i] : [])),
    calls: turns.flatMap(({ view }, i) =>
      (view.item?.parts ?? []).flatMap((part) => (part.type === 'tool_call' ? [[part.id, i] as const] : [])),
    ),
  };
}

function sketchOf(exchange: Exchange, hashes: readonly TurnHash[]): SketchedExchange {
  const { first, prompt, startMs, endMs, leftOut, weight, key } = exchange;
  return { at: hashes.indexOf(first), first, prompt, startMs, endMs, leftOut, weight, key };
}
