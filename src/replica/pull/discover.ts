/** From any address of a site to its replica: what its page says, what its feed says, and the place where it usually stands. */
/** A link to another host is a stranger's word: it is told, and followed only when a person types it. */

import { decodeUtf8 } from '../../base/bytes.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { CHECKPOINT_RELATION, REPLICA_MEDIA_TYPE } from '../../model/entry.ts';
import { BadReplicaError, NoReplicaError } from '../errors.ts';
import type { Answer, Fetcher } from '../fetch/fetcher.ts';
import { INFO_NAME } from '../publish/replica-names.ts';
import { parseReplicaInfo, type ReplicaInfo } from './replica-info.ts';

export interface FoundReplica {
  /** Folder of the replica, with a slash at the end. */
  readonly base: string;
  readonly info: ReplicaInfo;
}

const LIMIT = 15 * 1024 * 1024;
const INFO_LIMIT = 1024 * 1024;
/** Where pages have their links, and feeds what concerns all of them. */
const HEAD = 512 * 1024;

/** Throws NoReplicaError, BadReplicaError for a replica that says of itself what cannot be, and NetworkError when nobody answers at the address itself. */
export async function findReplica(address: string, fetcher: Fetcher): Promise<FoundReplica> {
  const answer = await fetcher.fetch(address, { limit: LIMIT, compressed: true });
  const own = answer.status === 200 ? tryInfo(answer) : undefined;
  if (own !== undefined) return own;
  const named = answer.status === 200 ? listNamed(answer) : [];
  const { origin } = new URL(answer.url);
  const elsewhere = named.find((url) => new URL(url).origin !== origin);
  const near = named.filter((url) => new URL(url).origin === origin);
  const usual = [new URL(`/archive/${INFO_NAME}`, origin).href, new URL(`archive/${INFO_NAME}`, answer.url).href];
  const problems: string[] = [];
  let bad: BadReplicaError | undefined;
  for (const url of new Set([...near, ...(elsewhere === undefined ? usual : [])])) {
    try {
      const found = await fetcher.fetch(url, { limit: INFO_LIMIT });
      const replica = found.status === 200 ? tryInfo(found) : undefined;
      if (replica !== undefined) return replica;
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      if (error instanceof BadReplicaError) bad ??= error;
      problems.push(messageOf(error));
    }
  }
  if (elsewhere !== undefined)
    throw new NoReplicaError(
      address,
      `it names a replica on another host, ${elsewhere}; subscribe to that address if you trust it`,
      elsewhere,
    );
  if (bad !== undefined) throw bad;
  throw new NoReplicaError(
    address,
    `no replica of a turnpress archive was found there${problems.length === 0 ? '' : ` (${problems.join('; ')})`}`,
  );
}

/** Undefined: the answer is no archive.json. Throws BadReplicaError for one that cannot be right. */
function tryInfo({ url, body }: Answer): FoundReplica | undefined {
  if (body.length > INFO_LIMIT || !decodeUtf8(body.subarray(0, 64)).trimStart().startsWith('{')) return undefined;
  try {
    return { base: new URL('.', url).href, info: parseReplicaInfo(body) };
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    if (!/"format"\s*:\s*"turnpress"/.test(decodeUtf8(body))) return undefined;
    throw new BadReplicaError(url, messageOf(error), error);
  }
}

/** Addresses of archive.json that a page or feed leads to, in its order. */
function listNamed({ url, body }: Answer): readonly string[] {
  const text = decodeUtf8(body.subarray(0, HEAD));
  const found: (string | undefined)[] = [];
  for (const [tag] of text.matchAll(/<link\b[^>]{1,2000}>/gi)) {
    const [rel, type, href] = ['rel', 'type', 'href'].map((name) => attributeOf(tag, name));
    if (href === undefined) continue;
    if (type === REPLICA_MEDIA_TYPE && rel?.split(/\s+/).includes('alternate')) found.push(absolute(href, url));
    if (rel === CHECKPOINT_RELATION) found.push(infoBeside(absolute(href, url)));
  }
  const [, rss] = /<turnpress:checkpoint\b[^>]*>\s*([^<\s]+)\s*</.exec(text) ?? [];
  const [, json] = /^\s*\{/.test(text) ? (/"checkpoint"\s*:\s*"([^"\\\s]+)"/.exec(text) ?? []) : [];
  for (const each of [rss, json]) if (each !== undefined) found.push(infoBeside(absolute(decodeAmpersand(each), url)));
  return found.filter((each) => each !== undefined);
}

function attributeOf(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>"']+))`, 'i').exec(tag);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value === undefined ? undefined : decodeAmpersand(value).trim();
}

function decodeAmpersand(text: string): string {
  return text.replaceAll('&amp;', '&');
}

function absolute(href: string, base: string): string | undefined {
  if (!URL.canParse(href, base)) return undefined;
  const url = new URL(href, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

/** A checkpoint's address says where the replica stands. */
function infoBeside(checkpoint: string | undefined): string | undefined {
  const [, base] = /^(.*\/)(?:log|conversations\/[0-9a-f]{64})\/checkpoint$/.exec(checkpoint ?? '') ?? [];
  return base === undefined ? undefined : base + INFO_NAME;
}
