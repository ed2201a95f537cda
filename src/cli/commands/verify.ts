/** `turnpress verify`: every hash recomputed from bytes; what is damaged is named with file and turn. */
/** Exit code 4 when anything is damaged. */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchiveReader, type DamageReport, isDamage, type VerifyReport } from '../../archive/archive.ts';
import { plural } from '../../model/counts.ts';
import type { ConversationId } from '../../model/ids.ts';
import { isHashPrefix, shortId } from '../../model/ids.ts';
import type { LogReport } from '../../replica/log/log.ts';
import { findWriter, noSuch, openQuietly, openToWrite, placeOf } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { countOf } from '../counts.ts';
import { EXIT, UsageError } from '../errors.ts';
import { isCopy, isForeign } from '../machine/private.ts';
import { cleanText } from '../terminal.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  if (options.acceptLoss === true && options.rebuildIndex !== true)
    throw new UsageError(
      '--accept-loss goes with --rebuild-index: it says that what is not found again is known to be lost',
    );
  if (typeof options.deep === 'string') {
    const { compareWith } = await import('../following/compare-with.ts');
    const request = { address: options.deep, allowHost: options.allowHost, conversations: args };
    return compareWith(context, { ...request, bytes: options.bytes === true });
  }
  if (options.rebuildIndex === true) rebuildIndex(context, options.acceptLoss === true);
  let published: LogReport | undefined;
  const archive = openQuietly(context);
  let damage: readonly DamageReport[] = [];
  try {
    const conversations = args.map((typed): ConversationId => {
      const found = isHashPrefix(typed.toLowerCase()) ? archive.findConversation(typed.toLowerCase()) : undefined;
      if (found === undefined) throw noSuch('conversation', typed);
      return found.id;
    });
    context.progress.start('verify', Math.max(1, archive.countConversations().conversations));
    const report = archive.verify({
      ...(conversations.length === 0 ? {} : { conversations }),
      ...(options.sample === undefined ? {} : { sample: shareOf(options.sample) }),
      ...(options.maxDuration === undefined
        ? {}
        : { maxDurationMs: countOf(options.maxDuration, '--max-duration') * 1000 }),
      onProgress: (done, _total, conversation) => context.progress.advance(done, shortId(conversation)),
    });
    context.progress.finish();
    // of all that was published, not of chosen conversations
    published = args.length === 0 ? await verifyArchiveLog(context, archive) : undefined;
    const whole = withLog(report, published);
    context.printJson(whole);
    const known = new Set([...whole.damage, ...whole.notes].map(({ file }) => file));
    damage = [...whole.damage, ...archive.damage.filter((found) => isDamage(found) && !known.has(found.file))];
    for (const found of damage) printDamage(context, found);
    for (const note of whole.notes) context.log.info(`${placeOf(note)}: ${note.message}`);
    const read = `${plural(report.conversations, 'conversation')}, ${plural(report.turns, 'turn')}, ${plural(report.payloads, 'payload')}, ${plural(report.blobs, 'blob')}`;
    const rest = report.complete ? '' : ' (not all of the archive was read)';
    context.print(
      damage.length === 0 ? `whole: ${read}${rest}` : `${plural(damage.length, 'damaged place')} in ${read}${rest}`,
    );
    if (published !== undefined && published.records > 0)
      context.print(
        `published: ${plural(published.published, 'conversation')}, ${plural(published.records, 'record')} in the archive log`,
      );
    if (published !== undefined && published.pending > 0)
      context.log.info(
        `${plural(published.pending, 'conversation')} of them did not come yet: the next "turnpress pull" brings them`,
      );
  } finally {
    archive.close();
  }
  await sayMendable(context, damage);
  if (damage.length > 0)
    context.log.info('"turnpress repair --from <backup or address>" puts back what is the same there, by hash');
  return damage.length > 0 ? EXIT.damaged : EXIT.done;
}

/** Notes for the next ingest what is lost, and says what kept sources may bring back. */
async function sayMendable(context: Context, damage: readonly DamageReport[]): Promise<void> {
  const sourcesDir = join(context.archiveDir, 'private', 'sources');
  if (!damage.some(({ kind }) => kind === 'payload' || kind === 'blob') || !existsSync(sourcesDir)) return;
  const writer = findWriter(context);
  if (writer === undefined) return;
  try {
    writer.noteLost(damage);
    const { listHealable } = await import('../../ingest/ingest.ts');
    const count = listHealable(writer, sourcesDir).length;
    if (count > 0)
      context.log.info(
        `the sources of ${plural(count, 'damaged conversation')} were kept: the next "turnpress ingest" puts back what they still say`,
      );
  } finally {
    writer.close();
  }
}

/** The archive log from its bytes, and the conversations against what it says of them. */
async function verifyArchiveLog(context: Context, { info }: ArchiveReader): Promise<LogReport> {
  const { verifyLog } = await import('../../replica/log/log.ts');
  const { archiveDir: dir, log } = context;
  const pulled = isCopy(context);
  return verifyLog({ dir, origin: info.origin, log, pulled, ...(isForeign(context) ? { indexPath: '' } : {}) });
}

function withLog(report: VerifyReport, published: LogReport | undefined): VerifyReport & { readonly log?: object } {
  if (published === undefined) return report;
  const { records, published: conversations, pending } = published;
  return {
    ...report,
    damage: [...report.damage, ...published.damage],
    notes: [...report.notes, ...published.notes],
    log: { records, published: conversations, pending },
  };
}

function rebuildIndex(context: Context, acceptLoss: boolean): void {
  const writer = openToWrite(context, true);
  try {
    writer.rebuildIndex({ acceptLoss });
    // with it goes what it remembers of a longer log
    if (acceptLoss) rmSync(join(context.archiveDir, 'private', 'log.db'), { force: true });
  } finally {
    writer.close();
  }
}

function printDamage(context: Context, damage: DamageReport): void {
  context.print(context.style.red(cleanText(`${placeOf(damage)}: ${damage.message}`)));
  for (const turn of damage.turns) context.print(`  turn ${turn}`);
  for (const position of damage.positions ?? []) context.print(`  record ${position}`);
  if (damage.unverifiedDescendants !== undefined && damage.unverifiedDescendants > 0)
    context.print(`  ${plural(damage.unverifiedDescendants, 'later turn')} with unverified ancestry`);
}

function shareOf(value: string | boolean): number {
  const percent = Number(value);
  if (!(percent > 0 && percent <= 100))
    throw new UsageError(`--sample takes a percentage from 1 to 100, not "${value}"`);
  return percent / 100;
}
