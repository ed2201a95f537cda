/** Exchanges: a prompt and everything until the next one, as feeds tell of them. */
/** Only what an entry shows is kept, so that a long conversation does not stand in memory. */

import { ownString } from '../../base/own-string.ts';
import { isoTime } from '../../base/time.ts';
import type { FeedEntry } from '../../model/entry.ts';
import { tellingWords } from '../../model/facts/title.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { Item, Part } from '../../model/item.ts';
import { keyOf } from '../state/keys.ts';
import { absoluteUrl, turnAnchor, turnUrn } from '../urls.ts';
import type { TurnView } from './turn-view.ts';

export interface Exchange {
  /** The turn that opens it: a prompt, or the first turn of a branch. */
  readonly first: TurnHash;
  readonly prompt: boolean;
  /** Another prompt follows, or the answer is there: nothing of it is still to come. */
  readonly ended: boolean;
  /** Page that holds `first`. */
  readonly pageUrl: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Prompts and answers without tool output and reasoning, as far as MOST_KEPT. */
  readonly items: readonly Item[];
  /** Prompts and answers behind them, of which nothing is kept. */
  readonly leftOut: number;
  /** Raw bytes of what is kept, more or less. */
  readonly weight: number;
  /** Changes when any of its turns does. */
  readonly key: string;
}

export interface ExchangeCollector {
  /** Opens, extends, and returns the exchange that this turn closed. */
  add(view: TurnView, pageUrl: string): Exchange | undefined;
  finish(): Exchange | undefined;
}

export function createExchangeCollector(): ExchangeCollector {
  let open: OpenExchange | undefined;
  const close = (followed: boolean): Exchange | undefined => {
    if (open === undefined) return undefined;
    const { first, pageUrl, endMs, items, leftOut, room, parts, answered } = open;
    open = undefined;
    if (first.withheld !== undefined || items.every((item) => item.parts.length === 0)) return undefined;
    return {
      first: first.turn.hash,
      prompt: first.prompt,
      ended: followed || answered,
      pageUrl,
      startMs: first.turn.timeMs,
      endMs: Math.max(endMs, first.turn.timeMs),
      items,
      leftOut,
      weight: MOST_KEPT - Math.max(room, 0),
      key: keyOf(parts, pageUrl),
    };
  };
  return {
    add(view, pageUrl) {
      const closed = view.prompt ? close(true) : undefined;
      open ??= openExchange(view, pageUrl);
      open.answered = isAnswer(view.item);
      open.endMs = Math.max(open.endMs, view.turn.timeMs);
      open.parts.push(view.item === undefined ? `-${view.turn.hash}` : view.turn.hash);
      if (view.item !== undefined && view.item.role !== 'tool' && view.item.role !== 'system')
        keep(open, view.item, view.turn.rawLength);
      return closed;
    },
    finish: () => close(false),
  };
}

function openExchange(first: TurnView, pageUrl: string): OpenExchange {
  return {
    first,
    pageUrl,
    endMs: first.turn.timeMs,
    items: [],
    leftOut: 0,
    room: MOST_KEPT,
    parts: [],
    answered: false,
  };
}

/** Whether nothing is waited for behind it: words of the agent without a call, or that somebody stopped it. */
function isAnswer(item: Item | undefined): boolean {
  if (item?.role === 'system') return item.note === 'interrupt';
  const types = new Set(item?.parts.map(({ type }) => type));
  return item?.role === 'assistant' && types.has('text') && !types.has('tool_call');
}

interface OpenExchange {
  readonly first: TurnView;
  readonly pageUrl: string;
  endMs: number;
  readonly items: Item[];
  leftOut: number;
  /** Raw bytes that may still be kept. */
  room: number;
  readonly parts: string[];
  /** The last turn is an answer. */
  answered: boolean;
}

/** Raw bytes of an exchange; a feed has a hundred of them in memory, and shows less of each. */
const MOST_KEPT = 512 * 1024;

function keep(open: OpenExchange, item: Item, rawLength: number): void {
  if (open.room <= 0) open.leftOut++;
  else open.items.push(rawLength <= open.room ? shown(item) : shortened(item, open.room));
  open.room -= rawLength;
}

/** What an entry says beside its exchange. Plain data. */
export interface EntryFacts {
  readonly conversation: ConversationId;
  readonly branch: string;
  readonly site: string;
  readonly author: string;
  readonly conversationTitle: string;
  readonly categories: readonly string[];
}

export interface EntryContext extends EntryFacts {
  readonly plainTitle: (text: string, max: number) => string;
  readonly renderFeedContent: (items: readonly Item[], leftOut: number) => FeedEntry['content'];
}

/** The entry of an exchange. Its id is the prompt's turn, so it is the same on every mirror. */
export function entryOf(exchange: Exchange, context: EntryContext): FeedEntry {
  const said = (role: Item['role']): string =>
    exchange.items
      .filter((item) => item.role === role)
      .flatMap((item) => item.parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])))
      .join('\n\n');
  const { conversationTitle } = context;
  const asked = context.plainTitle(tellingWords(said('user')), 100);
  const summary = context.plainTitle(said('assistant'), 300);
  return {
    id: turnUrn(exchange.first),
    title: entryTitle(conversationTitle, asked, exchange.startMs),
    url: `${absoluteUrl(context.site, exchange.pageUrl)}#${turnAnchor(exchange.first)}`,
    published: exchange.startMs,
    updated: exchange.endMs,
    author: context.author,
    content: context.renderFeedContent(exchange.items, exchange.leftOut),
    summary,
    categories: context.categories,
    turn: { hash: exchange.first, conversation: context.conversation, branch: context.branch },
  };
}

/** `Conversation: prompt`; once, where one says what the other does. */
function entryTitle(conversation: string, asked: string, startMs: number): string {
  if (asked === '') return `${conversation}, ${isoTime(startMs).slice(0, 10)}`;
  const [short, long] = [conversation, asked]
    .map((words) => words.replace(/…$/, ''))
    .sort((a, b) => a.length - b.length);
  return long?.startsWith(short ?? '') ? asked : `${conversation}: ${asked}`;
}

function shown(item: Item): Item {
  const parts = item.parts.flatMap((part): readonly Part[] => {
    if (part.type === 'tool_call') return [{ ...part, arguments: null }];
    return part.type === 'text' ? [part] : [];
  });
  return { ...item, parts };
}

/** The last one that is kept: its texts up to `room` characters. */
function shortened(item: Item, room: number): Item {
  let left = room;
  const parts = shown(item).parts.map((part) => {
    if (part.type !== 'text') return part;
    const content = part.content.length <= left ? part.content : ownString(part.content.slice(0, left));
    left -= content.length;
    return { ...part, content };
  });
  return { ...item, parts };
}
