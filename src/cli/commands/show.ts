/** `turnpress show`: a turn or a whole conversation, readable in the terminal. */
/** The same words as on the page: who spoke, when, and what became of what was taken back. */

import type { ArchiveReader } from '../../archive/archive.ts';
import { readableTime } from '../../base/time.ts';
import { type ConversationSummary, findMainHead } from '../../model/conversation.ts';
import { plural } from '../../model/counts.ts';
import { tellingTitle } from '../../model/facts/title.ts';
import { isHashPrefix, shortId } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { noSuch, openToRead } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { walkItemText } from '../item-terminal.ts';
import { oneLine } from '../terminal.ts';
import { type SaidTurn, walkSaid } from '../turns.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const archive = openToRead(context);
  try {
    const typed = (args[0] ?? '').toLowerCase();
    if (!isHashPrefix(typed)) throw new UsageError(`"${typed}" is no id: 4 to 64 of the digits 0-9 and a-f`);
    const conversation = archive.findConversation(typed);
    const turns =
      conversation === undefined ? [oneTurn(archive, typed)] : branchOf(archive, conversation, options.branch);
    if (conversation !== undefined) context.print(headline(context, conversation));
    let damaged = conversation?.damage !== undefined;
    const walk = function* () {
      for (const shown of walkSaid(archive, turns)) {
        damaged ||= shown.said.status === 'damaged';
        yield shown;
      }
    };
    if (context.json) context.printJsonList(walk().map(({ turn, said }) => ({ ...turn, ...said })));
    else for (const shown of walk()) printTurn(context, shown, options.full === true);
    return damaged ? EXIT.damaged : EXIT.done;
  } finally {
    archive.close();
  }
}

/** The turns of a branch, root first. Throws UsageError for a name that the conversation does not have. */
export function branchOf(
  archive: ArchiveReader,
  conversation: ConversationSummary,
  branch: string | boolean | undefined,
): readonly LoggedTurn[] {
  const head =
    branch === undefined ? findMainHead(conversation.heads) : conversation.heads.find((h) => h.name === branch);
  if (head === undefined) {
    if (branch === undefined) return archive.listTurns(conversation.id);
    const names = conversation.heads.map((h) => h.name).join(', ');
    throw new UsageError(`this conversation has no branch "${branch}"; it has: ${names}`);
  }
  return archive.listBranch(head.turn);
}

function oneTurn(archive: ArchiveReader, typed: string): LoggedTurn {
  const turn = archive.findTurn(typed);
  if (turn === undefined) throw noSuch('turn or conversation', typed);
  return turn;
}

function headline(context: Context, conversation: ConversationSummary): string {
  const { style } = context;
  const { meta } = conversation;
  const facts = [
    meta.agent,
    meta.project,
    readableTime(conversation.firstMs),
    plural(conversation.turns, 'turn'),
    `branches: ${conversation.heads.map((h) => h.name).join(', ')}`,
  ];
  const title = oneLine(tellingTitle(conversation), context.columns);
  return `${style.bold(title)}\n${style.dim(oneLine(facts.filter((f) => f !== undefined).join(' · '), context.columns))}\n`;
}

/** Part by part: a turn can be as large as memory. */
function printTurn(context: Context, { turn, said }: SaidTurn, full: boolean): void {
  const { style, columns } = context;
  const item = said.status === 'present' ? said.item : undefined;
  const who =
    item === undefined ? turn.typeId : item.role === 'system' ? `system: ${item.note ?? 'notice'}` : item.role;
  const model = item?.model === undefined ? '' : ` (${item.model})`;
  const line = `${style.yellow(shortId(turn.hash))} ${style.bold(oneLine(who + model, 60))} ${style.dim(readableTime(turn.timeMs))}`;
  context.print(line);
  if (said.status === 'present') {
    for (const part of walkItemText(said.item, { style, columns, full })) context.print(part);
    context.print('');
  } else if (said.status === 'withheld') {
    context.print(`  ${style.yellow('taken back: its content is not in this archive any more')}\n`);
  } else context.print(`  ${style.red(`damaged: ${oneLine(said.problem, columns)}`)}\n`);
}
