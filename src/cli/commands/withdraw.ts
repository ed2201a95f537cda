/** `turnpress withdraw`: the content of one turn, or a conversation's meta, leaves the archive; all hashes stay. */
/** Rotate a leaked credential first: nobody can make copies vanish that others have taken. */

import type { ArchiveWriter } from '../../archive/archive.ts';
import { BadItemError } from '../../model/errors.ts';
import { type ConversationId, shortId } from '../../model/ids.ts';
import { findProjection } from '../../model/payload.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { findReason, reasonNames, UNSAID_REASON } from '../../model/withdrawal.ts';
import { noSuch, openToWrite } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const typed = (args[0] ?? '').toLowerCase();
  const reason = typeof options.reason === 'string' ? findReason(options.reason) : UNSAID_REASON;
  if (reason === undefined) throw new UsageError(`--reason is ${reasonNames()}`);
  if (!/^[0-9a-f]{8,64}$/.test(typed))
    throw new UsageError('withdraw takes at least the first 8 digits of an id: what it does cannot be undone');
  const archive = openToWrite(context);
  try {
    if (options.meta === true) withdrawMeta(context, archive, typed, reason);
    else withdrawTurn(context, archive, typed, reason);
    context.log.info(
      'still to do: "turnpress build", publish the result, and rotate what leaked; copies that others took stay theirs',
    );
    context.log.info(
      'the agent’s own session file still holds it, and so does archive/private (its copy in sources, what ingest remembers of it), which is never published',
    );
    return EXIT.done;
  } finally {
    archive.close();
  }
}

function withdrawTurn(context: Context, archive: ArchiveWriter, typed: string, reason: number): void {
  const turn = archive.findTurn(typed);
  if (turn === undefined) throw noSuch('turn', typed);
  const repeated = findRepeatingTitle(archive, turn);
  archive.withdraw(turn.hash, reason, context.world.now());
  const more = repeated === undefined ? {} : { titleRepeats: true };
  context.printJson({ turn: turn.hash, conversation: turn.conversation, reason, ...more });
  context.print(`taken back: turn ${turn.hash} of conversation ${shortId(turn.conversation)}`);
  if (repeated === undefined) return;
  const command = `turnpress withdraw ${shortId(repeated)} --meta`;
  context.print(`the conversation’s title still says words of this turn: "${command}" takes it back too`);
}

function withdrawMeta(context: Context, archive: ArchiveWriter, typed: string, reason: number): void {
  const found = archive.findConversation(typed);
  if (found === undefined) throw noSuch('conversation', typed);
  const metas = archive.withdrawMeta(found.id, reason, context.world.now());
  context.printJson({ conversation: found.id, metas, reason });
  context.print(`taken back: title and all other meta of conversation ${shortId(found.id)}`);
  context.log.info('what ingest writes for it from now on has no title, project, folder, branch, links or tags');
}

/** The turn's conversation when its title repeats what the turn says: three words in a row, or the whole of a shorter title. */
function findRepeatingTitle(archive: ArchiveWriter, turn: LoggedTurn): ConversationId | undefined {
  const title = wordsOf(archive.getConversation(turn.conversation).meta.title ?? '');
  const [payload] = archive.readPayloads([turn]);
  if (title.length === 0 || payload?.status !== 'present') return undefined;
  const said = sayings(turn, payload.bytes).flatMap(wordsOf).join(' ');
  const length = Math.min(3, title.length);
  const runs = Array.from({ length: title.length - length + 1 }, (_, i) => title.slice(i, i + length).join(' '));
  return runs.some((words) => said.includes(words)) ? turn.conversation : undefined;
}

function sayings(turn: LoggedTurn, bytes: Uint8Array): readonly string[] {
  try {
    const words = findProjection(turn)?.toWords(bytes);
    return words === undefined ? [] : [words.text, words.reasoning, words.toolOutput];
  } catch (error) {
    if (error instanceof BadItemError) return [];
    throw error;
  }
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
