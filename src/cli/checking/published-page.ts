/** A page or turn of somebody's site, and what the archive that it belongs to publishes of its conversation. */
/** Pulled into a folder that goes again; nothing of the site is believed that the archive's log does not say. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeUtf8 } from '../../base/bytes.ts';
import { parseJson } from '../../base/json.ts';
import { findReplica } from '../../replica/pull/looking.ts';
import {
  type Answer,
  type Fetcher,
  NetworkError,
  NoReplicaError,
  type PullReport,
  pull,
  readPullState,
} from '../../replica/pull/pulling.ts';
import { parseAnchor, resolverShardUrl } from '../../site/fixed-urls.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { listReplicas, replicasFolder } from '../following/followed.ts';
import { createFetcher, exitOf, hostsOf, keysOf } from '../following/replicas.ts';

/** A page of turns stays under 4 MB. */
const PAGE_LIMIT = 15 * 1024 * 1024;

/** A page of turns: of the conversation or of a branch, the first or a later one. */
const PAGE = /\/c\/([0-9a-f]{16})\/(?:b\/[^/]+\/)?(?:p[0-9]+\/)?(?:index\.html)?$/;

export interface PublishedPage {
  /** Of the page, without what follows `#`. */
  readonly url: string;
  /** Where its site stands on the host, without a slash at the end. */
  readonly basePath: string;
  /** First 16 digits of its conversation, by its address, and of the turn that was asked for. */
  readonly conversation: string;
  readonly turn: string | undefined;
  /** Of the archive that was pulled. */
  readonly dir: string;
  readonly report: PullReport;
  /** Keys that were named. */
  readonly accept: readonly string[];
  readonly fetcher: Fetcher;
}

/** What is no id of a turn, and may be an address. */
export function isAddress(typed: string): boolean {
  return /[/.:]/.test(typed);
}

/** What `work` gives; where the conversation did not come, the exit code that says why. Throws UsageError, and what finding and pulling throw. */
export async function withPublishedPage(
  context: Context,
  typed: string,
  options: CommandOptions,
  work: (page: PublishedPage) => Promise<number>,
): Promise<number> {
  const address = addressOf(typed);
  const hosts = hostsOf(options.allowHost);
  const found = await findCopy(context, address, hosts);
  // what was allowed for an archive that is followed holds for that archive
  const fetcher = createFetcher([...hosts, ...found.allowHosts], [address.href, found.address]);
  const dir = mkdtempSync(join(tmpdir(), 'turnpress-check-'));
  try {
    const place = await findPlace(fetcher, address, found.address);
    const { log, progress, world } = context;
    const accept = keysOf(options.key);
    const given = { dir, address: found.address, accept, fetcher, log, progress, nowMs: world.now };
    const report = await pull({ ...given, only: place.conversation });
    if (report.failed === 0) return await work({ ...place, dir, report, accept, fetcher });
    for (const { message } of context.problems) context.log.info(message);
    return exitOf(context, report);
  } finally {
    fetcher.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The page's source. Throws NetworkError, also for one in other characters than ours: it would read otherwise in a browser. */
export async function fetchSource({ fetcher, url }: PublishedPage): Promise<string> {
  const { body, headers } = await fetchGood(fetcher, url);
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new NetworkError(
      new URL(url).host,
      'body',
      `it says that the page is in ${charset}, and our pages are in UTF-8`,
    );
  return decodeUtf8(body);
}

/** An address on the page's host. Undefined: it has nothing there. Throws NetworkError. */
export async function fetchFile(
  { fetcher, url }: PublishedPage,
  path: string,
  limit: number,
): Promise<Uint8Array | undefined> {
  const at = new URL(path, url);
  const answer = await fetcher.fetch(at.href, { limit });
  if (answer.status === 200) return answer.body;
  if (answer.status === 404 || answer.status === 410) return undefined;
  throw new NetworkError(at.host, 'status', `it answers ${answer.status} for ${at.href}`);
}

interface Found {
  /** Of the replica. */
  readonly address: string;
  readonly allowHosts: readonly string[];
}

/** A page may name a replica on another host where that is an archive that is followed here: the site of its copy does. */
async function findCopy(context: Context, address: URL, hosts: readonly string[]): Promise<Found> {
  const fetcher = createFetcher(hosts, [address.href]);
  try {
    return { address: (await findReplica(withoutHash(address), fetcher)).base, allowHosts: [] };
  } catch (error) {
    const named = error instanceof NoReplicaError ? error.elsewhere : undefined;
    const base = named === undefined ? '' : new URL('.', named).href;
    const known = listReplicas(context).map((name) => readPullState(join(replicasFolder(context), name)));
    const copy = known.find((state) => state?.address === base);
    if (copy === undefined) throw error;
    return copy;
  } finally {
    fetcher.close();
  }
}

type Place = Pick<PublishedPage, 'url' | 'basePath' | 'conversation' | 'turn'>;

/** Also by way of the page that finds turns. Throws UsageError, NetworkError. */
async function findPlace(fetcher: Fetcher, typed: URL, base: string): Promise<Place> {
  const hash = /^#([0-9a-f]{16,64})$/.exec(typed.hash)?.[1]?.slice(0, 16);
  if (hash === undefined) return placeOf(typed, parseAnchor(typed.hash));
  const shard = new URL(`..${resolverShardUrl(hash.slice(0, 2))}`, base).href;
  const places = parseJson(decodeUtf8((await fetchGood(fetcher, shard)).body));
  const found = Object.entries(places ?? {}).find(([digits]) => hash.startsWith(digits))?.[1];
  if (typeof found !== 'string' || !/^\/c\//.test(found))
    throw new UsageError(`${typed.href}: the site knows no turn ${hash}`);
  const url = new URL(`..${found}`, base);
  if (url.origin !== typed.origin) throw new UsageError(`${typed.href}: it leads to another host, ${url.host}`);
  return placeOf(url, hash);
}

function placeOf(at: URL, turn: string | undefined): Place {
  const match = PAGE.exec(at.pathname);
  const [, conversation] = match ?? [];
  if (match === null || conversation === undefined)
    throw new UsageError(`${at.href} is no page of a conversation (…/c/<16 digits>/…), and no turn (…/t/#<hash>)`);
  return { url: withoutHash(at), basePath: at.pathname.slice(0, match.index), conversation, turn };
}

async function fetchGood(fetcher: Fetcher, url: string): Promise<Answer> {
  const answer = await fetcher.fetch(url, { limit: PAGE_LIMIT, compressed: true });
  if (answer.status === 200) return answer;
  throw new NetworkError(new URL(url).host, 'status', `it answers ${answer.status} for ${url}`);
}

function withoutHash(url: URL): string {
  return url.href.replace(/#.*$/, '');
}

function addressOf(typed: string): URL {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!URL.canParse(address)) throw new UsageError(`"${typed}" is no address`);
  return new URL(address);
}
