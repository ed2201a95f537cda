/** `turnpress log`: the conversations of the archive, or the turns of one, a line each. */
/** Lists come from the index: no log is read for them. */

import { isoTime } from '../../base/time.ts';
import type { ConversationSummary } from '../../model/conversation.ts';
import { isHashPrefix, shortId } from '../../model/ids.ts';
import type { Payload } from '../../model/turn.ts';
import { noSuch, openToRead } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../errors.ts';
import { cleanText, oneLine, padEnd, widthOf } from '../terminal.ts';
import { countOf } from './ingest.ts';
import { branchOf, readItem } from './show.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const archive = openToRead(context);
  try {
    const limit = options.limit === undefined ? 50 : countOf(options.limit, '--limit');
    const typed = args[0]?.toLowerCase();
    if (typed === undefined) {
      const fitting = archive
        .listConversations()
        .filter(
          (c) =>
            (options.agent === undefined || c.meta.agent === options.agent) &&
            (options.project === undefined || c.meta.project === options.project),
        );
      const shown = limit === 0 ? fitting : fitting.slice(0, limit);
      context.printJson(shown);
      for (const conversation of shown) context.print(conversationLine(context, conversation));
      if (shown.length < fitting.length)
        context.log.info(`${fitting.length - shown.length} older ones are not shown: --limit 0 shows all`);
      return EXIT.done;
    }
    const conversation = isHashPrefix(typed) ? archive.findConversation(typed) : undefined;
    if (conversation === undefined) throw noSuch('conversation', typed);
    const turns = branchOf(archive, conversation, options.branch);
    const shown = limit === 0 ? turns : turns.slice(-limit);
    const payloads = archive.readPayloads(shown);
    context.printJson(shown);
    if (shown.length < turns.length)
      context.log.info(`${turns.length - shown.length} older ones are not shown: --limit 0 shows all`);
    const tips = new Map(conversation.heads.map((head) => [head.turn, head.name]));
    let damaged = false;
    shown.forEach((turn, i) => {
      const said = readItem(turn, payloads[i] as Payload);
      const item = said.status === 'present' ? said.item : undefined;
      damaged ||= said.status === 'damaged';
      const words = item?.parts.map(partLine).join(' ') ?? (said.status === 'damaged' ? said.problem : said.status);
      const tip = tips.get(turn.hash);
      const { style } = context;
      const branch = tip === undefined ? '' : style.green(`(${cleanText(tip)}) `);
      const line = oneLine(words, context.columns - 45);
      context.print(
        `${style.yellow(shortId(turn.hash))} ${style.dim(isoTime(turn.timeMs).slice(0, 16).replace('T', ' '))} ${padEnd(item?.role ?? '?', 9)} ${branch}${line}`,
      );
    });
    return damaged ? EXIT.damaged : EXIT.done;
  } finally {
    archive.close();
  }
}

function conversationLine(context: Context, conversation: ConversationSummary): string {
  const { style } = context;
  const { meta } = conversation;
  const branches = conversation.heads.length > 1 ? `, ${conversation.heads.length} branches` : '';
  const facts = oneLine(`${meta.project ?? meta.agent ?? '?'} · ${conversation.turns} turns${branches}`, 44);
  const room = context.columns - widthOf(facts) - 37;
  const title = oneLine(meta.title ?? conversation.firstPrompt, Math.max(20, room));
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
