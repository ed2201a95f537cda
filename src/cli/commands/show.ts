/** `turnpress show`: a turn or a whole conversation, readable in the terminal. */
/** The same words as on the page: who spoke, when, and what became of what was taken back. */

import type { ArchiveReader } from '../../archive/archive.ts';
import { readableTime } from '../../base/time.ts';
import { type ConversationSummary, findMainHead } from '../../model/conversation.ts';
import { BadItemError } from '../../model/errors.ts';
import { isHashPrefix, shortId } from '../../model/ids.ts';
import type { Item } from '../../model/item.ts';
import { projectPayload } from '../../model/payload.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';
import { noSuch, openToRead } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { itemToTerminal } from '../item-terminal.ts';
import { oneLine } from '../terminal.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const archive = openToRead(context);
  try {
    const typed = (args[0] ?? '').toLowerCase();
    if (!isHashPrefix(typed)) throw new UsageError(`"${typed}" is no id: 4 to 64 of the digits 0-9 and a-f`);
    const conversation = archive.findConversation(typed);
    const turns =
      conversation === undefined ? [oneTurn(archive, typed)] : branchOf(archive, conversation, options.branch);
    const payloads = archive.readPayloads(turns);
    if (conversation !== undefined) context.print(headline(context, conversation));
    let damaged = false;
    const shown = turns.map((turn, i) => {
      const said = readItem(turn, payloads[i] as Payload);
      damaged ||= said.status === 'damaged';
      return { turn, said };
    });
    context.printJson(shown.map(({ turn, said }) => ({ ...turn, ...said })));
    for (const { turn, said } of shown) context.print(turnText(context, turn, said, options.full === true));
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

/** What became of a turn's payload. */
export type Said =
  | { readonly status: 'present'; readonly item: Item }
  | { readonly status: 'withheld'; readonly reason: number }
  | { readonly status: 'damaged'; readonly problem: string };

/** What a turn says. An item that is not as items must be counts as damaged, and the member is named. */
export function readItem(turn: LoggedTurn, payload: Payload): Said {
  if (payload.status === 'withheld') return { status: 'withheld', reason: payload.reason };
  if (payload.status === 'damaged') return { status: 'damaged', problem: payload.problem };
  try {
    return { status: 'present', item: projectPayload(turn, payload.bytes) };
  } catch (error) {
    if (error instanceof BadItemError) return { status: 'damaged', problem: error.message };
    throw error;
  }
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
    `${conversation.turns} turns`,
    `branches: ${conversation.heads.map((h) => h.name).join(', ')}`,
  ];
  const title = oneLine(meta.title ?? conversation.firstPrompt, context.columns);
  return `${style.bold(title)}\n${style.dim(oneLine(facts.filter((f) => f !== undefined).join(' · '), context.columns))}\n`;
}

function turnText(context: Context, turn: LoggedTurn, said: Said, full: boolean): string {
  const { style, columns } = context;
  const item = said.status === 'present' ? said.item : undefined;
  const who =
    item === undefined ? turn.typeId : item.role === 'system' ? `system: ${item.note ?? 'notice'}` : item.role;
  const model = item?.model === undefined ? '' : ` (${item.model})`;
  const line = `${style.yellow(shortId(turn.hash))} ${style.bold(oneLine(who + model, 60))} ${style.dim(readableTime(turn.timeMs))}`;
  if (said.status === 'present') return `${line}\n${itemToTerminal(said.item, { style, columns, full })}\n`;
  if (said.status === 'withheld')
    return `${line}\n  ${style.yellow('taken back: its content is not in this archive any more')}\n`;
  return `${line}\n  ${style.red(`damaged: ${oneLine(said.problem, columns)}`)}\n`;
}
