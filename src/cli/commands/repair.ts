/** `turnpress repair`: puts damaged and missing bytes back, by hash, from a backup, a pulled copy or the published replica. */
/** Exit code 4 when damage is left, 5 when nobody could be asked for it but hosts that gave no answer. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type DamageReport, isDamage, type LogState, mendInfo } from '../../archive/archive.ts';
import { decodeHex } from '../../base/bytes.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { plural } from '../../model/counts.ts';
import { type ConversationId, isHashPrefix, shortId } from '../../model/ids.ts';
import { ArchiveLog, verifyLog } from '../../replica/log/log.ts';
import { type Fetcher, readPullState } from '../../replica/pull/pulling.ts';
import {
  type GoodSource,
  openFolderSource,
  openReplicaSource,
  type RepairLogReport,
  type RepairReport,
  repair,
  repairLog,
} from '../../replica/replica.ts';
import { holdOpen, noSuch, openToWrite, placeOf } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import { readConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { listReplicas, replicasFolder } from '../following/followed.ts';
import { createFetcher, hostsOf } from '../following/replicas.ts';
import { ownerOf } from '../machine/owner.ts';
import { isForeign } from '../machine/private.ts';
import { cleanText } from '../terminal.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const dry = options.dryRun === true;
  const places = listPlaces(context, options.from);
  const info = repairInfo(context, dry);
  if (dry && info) return EXIT.damaged;
  const fetcher = createFetcher(
    hostsOf(options.allowHost),
    places.filter((place) => isAddress(place)),
  );
  // what is put back is what was signed, so a copy of another archive is mended, too
  const archive = openToWrite(context, true);
  const close = holdOpen(context, archive);
  const { origin } = archive.info;
  let sources: readonly GoodSource[] = [];
  let published: ArchiveLog | undefined;
  try {
    const conversations = args.map((typed) => conversationOf(archive, typed.toLowerCase()));
    sources = openSources(context, places, fetcher, options.from !== undefined);
    // first, because it says what of each conversation must be there
    const archiveLog = await mendArchiveLog(context, origin, sources, dry);
    published = openPublishedLog(context, origin);
    const report = await repair({
      ...{ archive, sources, dry, log: context.log },
      ...(conversations.length === 0 ? {} : { conversations }),
      statesOf: statesIn(published),
    });
    context.printJson({ ...report, info, archiveLog });
    const began = info || archiveLog?.state === 'mended' || archive.damage.some(isDamage);
    sayReport(context, report, { dry, began });
    if (archiveLog?.state === 'damaged') return EXIT.damaged;
    if (report.left.length === 0) return EXIT.done;
    return report.away.length > 0 && report.away.length === report.asked.length ? EXIT.network : EXIT.damaged;
  } finally {
    for (const source of sources) source.close();
    fetcher.close();
    published?.close();
    close();
  }
}

function isAddress(place: string): boolean {
  return /^https?:\/\//i.test(place);
}

/** What was named, which may be one place with a comma in it, else pulled copies by name and the site's own address. */
function listPlaces(context: Context, from: CommandOptions[string]): readonly string[] {
  if (typeof from === 'string') return existsSync(resolve(context.world.cwd, from)) ? [from] : hostsOf(from);
  const { url } = readConfig(context.configFile, context.configNamed);
  const copies = listReplicas(context).map((name) => join(replicasFolder(context), name));
  const isOwn = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
  return isOwn ? copies : [...copies, url];
}

/** True: archive.json was put back, or with `dry` would be. */
function repairInfo(context: Context, dry: boolean): boolean {
  const { archiveDir } = context;
  if (isForeign(context) || !mendInfo(archiveDir, dry)) return false;
  context.print(dry ? 'archive.json would be put back from its copy' : 'archive.json was put back from its copy');
  return true;
}

/** One that cannot be opened is told; when it was named, and it is none, that is an error. */
function openSources(
  context: Context,
  places: readonly string[],
  fetcher: Fetcher,
  named: boolean,
): readonly GoodSource[] {
  return places.flatMap((place) => {
    if (isAddress(place)) return [openReplicaSource(place, fetcher)];
    const typed = resolve(context.world.cwd, place);
    const dir = [typed, join(typed, 'archive')].find((each) => existsSync(join(each, 'archive.json')));
    if (dir === undefined && named) throw new UsageError(`there is no archive in ${context.shown(typed)}`);
    if (dir === undefined) return [];
    if (dir === context.archiveDir) throw new UsageError('--from takes another place than the archive itself');
    try {
      const own = !context.trust && ownerOf(context.world, join(dir, 'private')) === 'ours';
      return [openFolderSource(dir, context.shown(dir), own)];
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      context.log.info(`${context.shown(dir)}: ${messageOf(error)}`);
      return [];
    }
  });
}

function conversationOf(archive: ReturnType<typeof openToWrite>, typed: string): ConversationId {
  const lost = archive.damage.flatMap(({ conversation }) => conversation ?? []);
  const found = isHashPrefix(typed)
    ? (archive.findConversation(typed)?.id ?? lost.find((id) => id.startsWith(typed)))
    : undefined;
  if (found === undefined) throw noSuch('conversation', typed);
  return found;
}

/** What was published of each conversation. A log that cannot be read says nothing, and `verify` says why. */
function openPublishedLog({ archiveDir: dir, log }: Context, origin: string): ArchiveLog | undefined {
  if (!existsSync(join(dir, 'log', 'checkpoint'))) return undefined;
  try {
    return ArchiveLog.open({ mode: 'read', dir, origin, log });
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    log.info(`what was published cannot be used: ${error.message}`);
    return undefined;
  }
}

/** Undefined: nothing was published, or ever known to be. */
async function mendArchiveLog(
  context: Context,
  origin: string,
  sources: readonly GoodSource[],
  dry: boolean,
): Promise<RepairLogReport | undefined> {
  const { archiveDir: dir, log } = context;
  if (!existsSync(join(dir, 'log')) && !existsSync(join(dir, 'private', 'log.db'))) return undefined;
  const pulled = readPullState(dir);
  const trusted = pulled?.keys.slice(-1).map(({ key }) => key) ?? [];
  const report = await repairLog({ dir, origin, sources, dry, log, trusted, isCopy: pulled !== undefined });
  const { state, records, checkpoints } = report;
  const what = [
    ...(records > 0 ? [`the archive log, ${plural(records, 'record')}`] : []),
    ...(checkpoints > 0 ? [plural(checkpoints, 'checkpoint')] : []),
  ].join(', ');
  if (what !== '') context.print(`${dry ? 'would be put back' : 'put back'}: ${what}`);
  if (state !== 'damaged') return report;
  const { damage } = verifyLog({ dir, origin, log });
  for (const found of damage.filter(({ file }) => file.startsWith('log/'))) printLeft(context, found);
  log.info(
    'no place that was asked has an archive log that goes on from what was known and is signed by a known key; --from names a backup or an address',
  );
  return report;
}

function statesIn(log: ArchiveLog | undefined): (id: ConversationId) => readonly LogState[] {
  return (id) => {
    const state = log?.findState(id);
    return state === undefined || state.size === 0 ? [] : [{ size: state.size, root: decodeHex(state.root) }];
  };
}

/** `began`: something was mended before the conversations were looked at. */
function sayReport(
  context: Context,
  report: RepairReport,
  { dry, began }: { readonly dry: boolean; readonly began: boolean },
): void {
  const { damaged, logs, payloads, blobs, left, asked, away } = report;
  const done = [
    ...(logs.length > 0 ? [`records of ${plural(logs.length, 'conversation')}`] : []),
    ...(payloads > 0 ? [plural(payloads, dry ? 'content' : 'payload')] : []),
    ...(blobs > 0 ? [plural(blobs, 'blob')] : []),
  ].join(', ');
  if (damaged === 0) {
    context.print(`whole: nothing ${began ? 'else ' : ''}to repair`);
    return;
  }
  if (done !== '') context.print(`${dry ? 'would be put back' : 'put back'}: ${done}`);
  for (const found of dry ? [] : left) printLeft(context, found);
  const where = asked.length === 0 ? 'nowhere: no place with good bytes is known, --from names one' : asked.join(', ');
  const count = plural(left.length, 'damaged place');
  if (left.length === 0) context.print(`whole: ${plural(damaged, 'damaged place')} mended`);
  else context.print(dry ? count : `${count} left; looked for in ${where}`);
  for (const name of away) context.log.info(`${name} gave no answer`);
}

function printLeft(context: Context, found: DamageReport): void {
  const whose = found.conversation === undefined ? '' : ` (conversation ${shortId(found.conversation)})`;
  context.print(context.style.red(cleanText(`${placeOf(found)}: ${found.message}${whose}`)));
}
