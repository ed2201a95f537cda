/** `turnpress verify`: every hash recomputed from bytes; what is damaged is named with file and turn. */
/** Exit code 4 when anything is damaged. */

import type { ConversationId } from '../../model/ids.ts';
import { isHashPrefix, shortId } from '../../model/ids.ts';
import { noSuch, openToRead, openToWrite } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { cleanText } from '../terminal.ts';
import { countOf, plural } from './ingest.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  if (options.rebuildIndex === true) {
    const writer = openToWrite(context);
    writer.rebuildIndex();
    writer.close();
  }
  const archive = openToRead(context);
  try {
    const conversations = args.map((typed): ConversationId => {
      const found = isHashPrefix(typed.toLowerCase()) ? archive.findConversation(typed.toLowerCase()) : undefined;
      if (found === undefined) throw noSuch('conversation', typed);
      return found.id;
    });
    context.progress.start('verify', Math.max(1, archive.listConversations().length));
    const report = archive.verify({
      ...(conversations.length === 0 ? {} : { conversations }),
      ...(options.sample === undefined ? {} : { sample: shareOf(options.sample) }),
      ...(options.maxDuration === undefined
        ? {}
        : { maxDurationMs: countOf(options.maxDuration, '--max-duration') * 1000 }),
      onProgress: (done, _total, conversation) => context.progress.advance(done, shortId(conversation)),
    });
    context.progress.finish();
    context.printJson(report);
    for (const damage of report.damage) {
      const at = damage.offset === undefined ? '' : ` at byte ${damage.offset}`;
      context.print(context.style.red(cleanText(`${damage.file}${at}: ${damage.message}`)));
      for (const turn of damage.turns) context.print(`  turn ${turn}`);
      for (const position of damage.positions ?? []) context.print(`  record ${position}`);
      if (damage.unverifiedDescendants !== undefined && damage.unverifiedDescendants > 0)
        context.print(`  ${plural(damage.unverifiedDescendants, 'later turn')} with unverified ancestry`);
    }
    const read = `${plural(report.conversations, 'conversation')}, ${plural(report.turns, 'turn')}, ${plural(report.payloads, 'payload')}, ${plural(report.blobs, 'blob')}`;
    const rest = report.complete ? '' : ' (not all of the archive was read)';
    context.print(
      report.damage.length === 0
        ? `whole: ${read}${rest}`
        : `${plural(report.damage.length, 'damaged place')} in ${read}${rest}`,
    );
    return report.damage.length > 0 || archive.damage.length > 0 ? EXIT.damaged : EXIT.done;
  } finally {
    archive.close();
  }
}

function shareOf(value: string | boolean): number {
  const percent = Number(value);
  if (!(percent > 0 && percent <= 100))
    throw new UsageError(`--sample takes a percentage from 1 to 100, not "${value}"`);
  return percent / 100;
}
