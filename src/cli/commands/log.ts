/** `turnpress log`: the conversations of the archive, or the turns of one, a line each. */
/** Lists come from the index: no log is read for them. */

import type { ArchiveReader, ConversationFilter } from '../../archive/archive.ts';
import { isoTime } from '../../base/time.ts';
import type { ConversationSummary } from '../../model/conversation.ts';
import { plural } from '../../model/counts.ts';
import { tellingTitle } from '../../model/facts/title.ts';
import { type ConversationId, isHashPrefix, shortId } from '../../model/ids.ts';
import { exitFor, noSuch, openToRead } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { countOf } from '../counts.ts';
import { EXIT } from '../errors.ts';
import { checkNames } from '../known-names.ts';
import { cleanText, oneLine, padEnd, widthOf } from '../terminal.ts';
import { type SaidTurn, walkSaid } from '../turns.ts';
import { branchOf } from './show.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const archive = openToRead(context);
  try {
    const limit = options.limit === undefined ? 50 : countOf(options.limit, '--limit');
    const typed = args[0]?.toLowerCase();
    if (typed === undefined) {
      return exitFor(archive, await listConversations(context, archive, limit, options));
    }
    const conversation = isHashPrefix(typed) ? archive.findConversation(typed) : undefined;
    if (conversation === undefined) throw noSuch('conversation', typed);
    const { joined } = conversation.meta;
    if (joined !== undefined)
      context.log.info(`this conversation goes on in another one: turnpress log ${shortId(joined)}`);
    const turns = branchOf(archive, conversation, options.branch);
    const shown = limit === 0 ? turns : turns.slice(-limit);
    context.printJsonList(shown);
    if (shown.length < turns.length)
      context.log.info(
        `${plural(turns.length - shown.length, 'older one is', 'older ones are')} not shown: --limit 0 shows all`,
      );
    const tips = new Map(conversation.heads.map((head) => [head.turn, head.name]));
    let damaged = conversation.damage !== undefined;
    for (const one of walkSaid(archive, shown)) {
      damaged ||= one.said.status === 'damaged';
      context.print(turnLine(context, one, tips.get(one.turn.hash)));
    }
    return damaged ? EXIT.damaged : EXIT.done;
  } finally {
    archive.close();
  }
}

/** `published`: how many of its records are. */
type ListedConversation = ConversationSummary & { readonly published?: number };

/** True: one of them is damaged. */
async function listConversations(
  context: Context,
  archive: ArchiveReader,
  limit: number,
  options: CommandOptions,
): Promise<boolean> {
  const filter = { ...named('agent', options), ...named('project', options), joined: false } as const;
  const most = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  let damaged = false;
  const { findLog } = await import('../publishing/published.ts');
  const log = findLog(context, archive);
  const walk = function* (): Generator<ListedConversation> {
    for (const conversation of Iterator.from(archive.walkConversations(filter)).take(most)) {
      damaged ||= conversation.damage !== undefined;
      const published = log?.sizeOf(conversation.id);
      yield published === undefined ? conversation : { ...conversation, published };
    }
  };
  try {
    if (context.json) context.printJsonList(walk());
    else
      for (const { conversation, depth } of underParents([...walk()]))
        context.print(conversationLine(context, conversation, depth));
  } finally {
    log?.close();
  }
  const { conversations } = archive.countConversations(filter);
  if (conversations === 0) checkNames(archive, options);
  const older = conversations - most;
  if (older > 0) context.log.info(`${plural(older, 'older one is', 'older ones are')} not shown: --limit 0 shows all`);
  return damaged;
}

interface Placed {
  readonly conversation: ListedConversation;
  /** 0: nobody on the list started it. */
  readonly depth: number;
}

/** Sub-agents' conversations behind the one that started them, where that is on the list; else in their own place. */
function underParents(listed: readonly ListedConversation[]): readonly Placed[] {
  const parentOf = ({ id, meta }: ListedConversation): ConversationId | undefined =>
    meta.parent?.conversation === id ? undefined : meta.parent?.conversation;
  const children = Map.groupBy(listed, parentOf);
  const ids = new Set(listed.map(({ id }) => id));
  const placed = new Map<ConversationId, Placed>();
  const place = (conversation: ListedConversation, depth: number): void => {
    // what names itself in a circle stands once
    if (placed.has(conversation.id)) return;
    placed.set(conversation.id, { conversation, depth });
    for (const child of (children.get(conversation.id) ?? []).toReversed()) place(child, depth + 1);
  };
  const isTop = (one: ListedConversation): boolean => {
    const parent = parentOf(one);
    return parent === undefined || !ids.has(parent);
  };
  for (const one of listed.filter(isTop)) place(one, 0);
  for (const one of listed) place(one, 0);
  return [...placed.values()];
}

function named(name: 'agent' | 'project', options: CommandOptions): ConversationFilter {
  const value = options[name];
  return typeof value === 'string' ? { [name]: value } : {};
}

function turnLine({ style, columns }: Context, { turn, said }: SaidTurn, tip: string | undefined): string {
  const item = said.status === 'present' ? said.item : undefined;
  const words =
    item?.parts.slice(0, MOST_PARTS).map(partLine).join(' ') ??
    (said.status === 'damaged' ? said.problem : said.status);
  const time = isoTime(turn.timeMs).slice(0, 16).replace('T', ' ');
  const branch = tip === undefined ? '' : style.green(`(${cleanText(tip)}) `);
  return `${style.yellow(shortId(turn.hash))} ${style.dim(time)} ${padEnd(item?.role ?? '?', 9)} ${branch}${oneLine(words, columns - 45)}`;
}

/** What stands behind them has no room on a line. */
const MOST_PARTS = 20;

function conversationLine(context: Context, conversation: ListedConversation, depth: number): string {
  const { style } = context;
  const { meta } = conversation;
  const branches = conversation.heads.length > 1 ? `, ${conversation.heads.length} branches` : '';
  const { published, size } = conversation;
  const open = published === undefined ? '' : published < size ? ' · published in part' : ' · published';
  const where = `${meta.project ?? meta.agent ?? '?'} · ${plural(conversation.turns, 'turn')}${branches}`;
  const facts = oneLine(where, 44) + open;
  const room = context.columns - widthOf(facts) - 37;
  const mark = depth === 0 ? '' : `${'  '.repeat(Math.min(depth, 4) - 1)}└ `;
  const title = oneLine(mark + tellingTitle(conversation), Math.max(20, room));
  return `${style.yellow(shortId(conversation.id))} ${style.dim(isoTime(conversation.lastMs).slice(0, 16).replace('T', ' '))} ${padEnd(title, room)} ${style.dim(facts)}`;
}

function partLine(part: {
  readonly type: string;
  readonly content?: unknown;
  readonly name?: unknown;
  readonly response?: unknown;
}): string {
  if (typeof part.content === 'string') return part.content.slice(0, 400);
  if (typeof part.name === 'string') return `[${part.name}]`;
  return typeof part.response === 'string' ? part.response.slice(0, 400) : `[${part.type}]`;
}
