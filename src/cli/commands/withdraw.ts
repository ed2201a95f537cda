/** `turnpress withdraw`: the content of one turn leaves the archive; its place and all other hashes stay. */
/** Rotate a leaked credential first: nobody can make copies vanish that others have taken. */

import { shortId } from '../../model/ids.ts';
import { noSuch, openToWrite } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';

const REASONS: Readonly<Record<string, number>> = { unsaid: 0, secret: 1, personal: 2, legal: 3, other: 4 };

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const typed = (args[0] ?? '').toLowerCase();
  const reason = REASONS[typeof options.reason === 'string' ? options.reason : 'unsaid'];
  if (reason === undefined) throw new UsageError('--reason is secret, personal, legal or other');
  if (!/^[0-9a-f]{8,64}$/.test(typed))
    throw new UsageError('withdraw takes at least the first 8 digits of a turn: what it does cannot be undone');
  const archive = openToWrite(context);
  try {
    const turn = archive.findTurn(typed);
    if (turn === undefined) throw noSuch('turn', typed);
    archive.withdraw(turn.hash, reason, context.world.now());
    context.printJson({ turn: turn.hash, conversation: turn.conversation, reason });
    context.print(`taken back: turn ${turn.hash} of conversation ${shortId(turn.conversation)}`);
    context.log.info(
      'still to do: "turnpress build", publish the result, and rotate what leaked; copies that others took stay theirs',
    );
    context.log.info(
      'the agent’s own session file still holds it, and so does archive/private/sources, which is never published',
    );
    return EXIT.done;
  } finally {
    archive.close();
  }
}
