/** Hands the public site to an S3-compatible store: what changed is sent, what is gone is removed, and two publishers never mix. */
/** What is named by its content first, then pages, checkpoints last, removals after all of it; whoever stops in between goes on the next time. */

import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes } from '../../base/bytes.ts';
import type { Log, Progress } from '../../base/log.ts';
import type { ArchiveLog } from '../../replica/log/log.ts';
import { ownPrivate } from '../archive.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { findPublicId } from '../machine/owner.ts';
import { checkNotBehind, LOG_CHECKPOINT } from './not-behind.ts';
import { objectHeaders } from './object-headers.ts';
import { Claim, conditionOf, findSentFiles, lostTo, OWN_OBJECTS, type SentFile, writeSentFiles } from './s3-list.ts';
import { readS3Settings } from './s3-settings.ts';
import { S3Store } from './s3-store.ts';
import { type HandedOver, listSiteFiles, MARKER, parseMarker, rankOf, type SiteMarker } from './site-files.ts';

/** Requests at once. */
const AT_ONCE = 8;
/** A file that is larger is sent alone, so that not many of them are in memory. */
const LARGE = 8 * 1024 * 1024;
/** What may have to be sent again after a crash, where the store's ETags say nothing of the bytes. */
const MOST_UNNOTED = 8 * 1024 * 1024;

export interface S3Job {
  readonly folder: string;
  readonly site: string;
  /** Of the archive folder that publishes. */
  readonly by: string;
  readonly archiveLog: ArchiveLog;
  readonly log: Log;
  readonly progress: Progress;
}

/** A file of the site, and what the store has under its path. */
interface Planned {
  readonly path: string;
  readonly sha256: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly headersHash: string;
  /** ETag; undefined: nothing. */
  readonly there: string | undefined;
  /** These bytes stand there, perhaps with other headers. */
  readonly isThere: boolean;
}

/** `place`: bucket and prefix. Throws UsageError, NetworkError. */
export async function handToS3(
  context: Context,
  { site }: SiteMarker,
  place: string,
  { archiveLog, endpoint }: { readonly archiveLog: ArchiveLog; readonly endpoint: string | undefined },
): Promise<HandedOver> {
  const { publicDir: folder, log, progress, world } = context;
  const store = new S3Store(readS3Settings(world, place, endpoint));
  ownPrivate(context);
  const by = findPublicId(join(context.archiveDir, 'private')) ?? '';
  return await sendSite(store, { folder, site, by, archiveLog, log, progress });
}

/** The same for a store that is there. */
export async function sendSite(store: S3Store, job: S3Job): Promise<HandedOver> {
  const { claim, known } = await Claim.look(store, job.site, job.by);
  const before = await findSentFiles(store);
  const listed = await listStore(store, job, known);
  if (before === undefined && listed.has(MARKER))
    job.log.info(`${store.place} has lost the list of what was sent there; what is no part of the site any more stays`);
  const sent = new Map(before);
  const files = listSiteFiles(job.folder);
  const planned = files.flatMap((path) => planFile(job.folder, path, sent.get(path), listed.get(path)));
  const kept = new Set(files);
  const gone = [...sent.keys()].filter((path) => !kept.has(path));
  const done = { unchanged: files.length - planned.length, says: `${store.place} holds the site` };
  if (planned.length + gone.length === 0) return { written: 0, removed: 0, ...done };
  if (listed.has(LOG_CHECKPOINT)) checkNotBehind((await store.get(LOG_CHECKPOINT))?.bytes, job.archiveLog, store.place);
  await claim.hold();
  if (!(await claim.isKept()))
    job.log.info(`${store.place} knows no conditional writes: two publishes at once could mix there`);
  // said before the first file stands there: what stops in between is ours all the same
  for (const file of planned) sent.set(file.path, intentOf(file));
  await writeSentFiles(store, sent);
  await sendAll(store, job, { claim, planned, sent });
  await store.remove(gone);
  for (const path of gone) sent.delete(path);
  await writeSentFiles(store, sent);
  await claim.release();
  if (gone.length > 0 && store.keepsVersions)
    job.log.info(
      `${store.place} keeps old versions, so what was removed can still be asked for: see docs/publishing.md`,
    );
  return { written: planned.length, removed: gone.length, ...done };
}

/** Its bytes, once they stand there, were sent with these headers; not where they stand there already. */
function intentOf({ sha256, headersHash, isThere }: Planned): SentFile {
  return isThere ? { sha256: '', headers: '', etag: '' } : { sha256, headers: headersHash, etag: '' };
}

/** ETag by path of what stands there. Throws UsageError when that is somebody else's. */
async function listStore(store: S3Store, { site }: S3Job, known: boolean): Promise<ReadonlyMap<string, string>> {
  const listed = new Map<string, string>();
  for await (const { path, etag } of store.list()) listed.set(path, etag);
  const others = [...listed.keys()].some((path) => !OWN_OBJECTS.includes(path));
  if (known || !others) return listed;
  const marker = await store.get(MARKER);
  const there = marker === undefined ? undefined : parseMarker(Buffer.from(marker.bytes).toString('utf8'));
  if (there?.site === site && there.visibility === 'public') return listed;
  throw new UsageError(`${store.place} holds something else than this site; name another bucket or prefix`);
}

/**
 * Nothing for a file that stands there with these bytes and headers: what we sent has the ETag still that the store gave it, or, when
 * that publish was stopped before it could note it, an ETag that is the MD5 of the bytes, as most stores have it.
 */
function planFile(
  folder: string,
  path: string,
  sent: SentFile | undefined,
  there: string | undefined,
): readonly Planned[] {
  const bytes = readFileSync(join(folder, path));
  const sha256 = hash('sha256', bytes);
  const headers = objectHeaders(path);
  const headersHash = hash('sha256', JSON.stringify(headers)).slice(0, 16);
  const known = sent?.sha256 === sha256 && sent.headers === headersHash ? sent : undefined;
  if (known !== undefined && known.etag !== '' && known.etag === there) return [];
  const isThere = there !== undefined && there === md5Of(bytes);
  if (known?.etag === '' && isThere) return [];
  return [{ path, sha256, headers, headersHash, there, isThere }];
}

function md5Of(bytes: Uint8Array): string {
  return hash('md5', bytes);
}

interface Sending {
  readonly claim: Claim;
  /** In the order of their ranks. */
  readonly planned: readonly Planned[];
  readonly sent: Map<string, SentFile>;
}

/** Rank after rank; many of a rank at once. What its ETags will not tell is noted from time to time, and whatever happens at the end. */
async function sendAll(store: S3Store, job: S3Job, { claim, planned, sent }: Sending): Promise<void> {
  const { folder, progress } = job;
  let [done, unnoted] = [0, 0];
  const send = async (file: Planned): Promise<void> => {
    await claim.hold();
    const { entry, untold } = await sendFile(store, folder, file);
    sent.set(file.path, entry);
    progress.advance(++done, file.path);
    unnoted += untold;
    if (unnoted < MOST_UNNOTED) return;
    unnoted = 0;
    await writeSentFiles(store, new Map(sent));
  };
  progress.start('send', planned.length);
  try {
    for (const rank of [...new Set(planned.map(({ path }) => rankOf(path)))]) {
      const files = planned.filter(({ path }) => rankOf(path) === rank);
      const large = files.filter(({ path }) => statSync(join(folder, path)).size > LARGE);
      const inOrder = rank >= rankOf(LOG_CHECKPOINT);
      for (const file of inOrder ? [] : large) await send(file);
      await eachOf(inOrder ? files : files.filter((file) => !large.includes(file)), inOrder ? 1 : AT_ONCE, send);
    }
  } catch (error) {
    // the next publish need not send again what stands there; the first error is the one to tell
    await writeSentFiles(store, sent).catch(() => undefined);
    throw error;
  } finally {
    progress.finish();
  }
}

/** `untold`: bytes of it that the store's ETag does not name. */
async function sendFile(
  store: S3Store,
  folder: string,
  file: Planned,
): Promise<{ readonly entry: SentFile; readonly untold: number }> {
  const { path, headers, headersHash, there } = file;
  const bytes = new Uint8Array(readFileSync(join(folder, path)));
  const sha256 = hash('sha256', bytes);
  if (sha256 !== file.sha256) throw new UsageError(`${path} changed while the site was sent; publish again`);
  let etag = await store.put(path, bytes, headers, conditionOf(there));
  if (etag === undefined) {
    const now = await store.get(path);
    // ours, sent twice because its answer was lost; or what another publisher sends is the same
    if (now === undefined || !equalBytes(now.bytes, bytes)) throw lostTo(store, path);
    etag = now.etag;
  }
  const untold = etag === md5Of(bytes) ? 0 : bytes.length;
  return { entry: { sha256, headers: headersHash, etag }, untold };
}

/** So many at once. After the first that fails no other begins, and all have ended when this does. */
async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const item of rest) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
