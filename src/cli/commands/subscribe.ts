/** `turnpress subscribe <address>`: from any address to what can be followed there, into the list, and what it has, brought. */
/** An archive's turns are pulled and its key is trusted from now on; anything else is followed as a feed; a file is another reader's list. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeNamedFolder } from '../../base/disk.ts';
import { TurnpressError } from '../../base/errors.ts';
import { plural } from '../../model/counts.ts';
import {
  addSubscription,
  discoverFeed,
  mergeSubscriptions,
  removeSubscription,
  type Subscription,
} from '../../reader/reader.ts';
import { fingerprintOf, parseVerifierKey } from '../../replica/log/log.ts';
import { type FoundReplica, findReplica } from '../../replica/pull/looking.ts';
import { NetworkError, NoReplicaError } from '../../replica/pull/pulling.ts';
import { ownPrivate } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { askFeeds, nameOf, openFeeds } from '../following/feeds.ts';
import { subscriptionsFile } from '../following/followed.ts';
import { openNet } from '../following/net.ts';
import {
  checkName,
  createFetcher,
  exitOf,
  hostsOf,
  keysOf,
  nameFor,
  pullInto,
  sayPulled,
} from '../following/replicas.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const typed = args[0] ?? '';
  if (options.remove === true) return remove(context, addressOf(typed));
  ownPrivate(context);
  if (existsSync(typed) && statSync(typed).isFile()) return takeList(context, typed, hostsOf(options.allowHost));
  const address = addressOf(typed);
  const allowHosts = hostsOf(options.allowHost);
  const replica = options.feed === true ? undefined : await find(address, allowHosts);
  if (replica !== undefined) return followArchive(context, replica, allowHosts, options);
  if (options.key !== undefined)
    throw new UsageError(`${address} leads to no archive, so there is nothing that a key could have signed`);
  return followFeed(context, address, allowHosts, options);
}

/** Undefined: there is none on that host. */
async function find(address: string, allowHosts: readonly string[]): Promise<FoundReplica | undefined> {
  const fetcher = createFetcher(allowHosts, [address]);
  try {
    return await findReplica(address, fetcher);
  } catch (error) {
    if (error instanceof NoReplicaError && error.elsewhere === undefined) return undefined;
    throw error;
  } finally {
    fetcher.close();
  }
}

/** Where the replica stands on each; one that does not answer now is taken as it was typed, and asked again with each pull. */
async function listMirrors(typed: readonly string[], allowHosts: readonly string[]): Promise<readonly string[]> {
  const mirrors: string[] = [];
  for (const address of typed.map(addressOf)) {
    try {
      mirrors.push((await find(address, allowHosts))?.base ?? new URL('/archive/', address).href);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      mirrors.push(new URL('/archive/', address).href);
    }
  }
  return mirrors;
}

async function followArchive(
  context: Context,
  { base }: FoundReplica,
  allowHosts: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const name = typeof options.name === 'string' ? checkName(options.name) : nameFor(context, base);
  const mirrors = await listMirrors(hostsOf(options.mirror), allowHosts);
  const report = await pullInto(context, { name, address: base, allowHosts, accept: keysOf(options.key), mirrors });
  context.printJson({ name, ...report });
  sayPulled(context, name, report);
  const key = report.keys.at(-1);
  if (report.newlyTrusted && key !== undefined) sayKey(context, report.origin, key);
  const home = new URL('..', base).href;
  const url = new URL('atom.xml', home).href;
  const added = list(context, options, { url, title: report.origin, home, archive: base });
  if (added) context.log.info(`${context.shown(subscriptionsFile(context))} names its feed, for any other reader, too`);
  const dir = join(context.archiveDir, 'private', 'replicas', name);
  context.log.info(`it is an archive of its own: turnpress log --archive ${context.shown(dir)}`);
  return exitOf(context, report);
}

function sayKey(context: Context, origin: string, key: string): void {
  const { hex, words } = fingerprintOf(parseVerifierKey(key));
  context.log.info(
    `${origin} is signed by a key that is trusted from now on; its owner can tell you whether it is theirs:`,
  );
  for (const line of [`fingerprint ${words}`, hex, key]) context.log.info(`  ${line}`);
}

async function followFeed(
  context: Context,
  address: string,
  allowHosts: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const net = openNet();
  try {
    const { feed, url } = await discoverFeed(address, {
      fetch: (target) => net.fetch(target, {}, { allowHosts, typed: [address] }),
      parse: (document) => net.parser.parse(document),
    });
    const { title, homeUrl: home } = feed;
    const added = list(context, options, { url, title, ...(home !== undefined && { home }) });
    const store = await openFeeds(context);
    try {
      const followed = store.feeds.find(url);
      if (followed === undefined)
        throw new UsageError(
          `${url} is the feed of an archive that is pulled; what is new of it comes with "turnpress pull"`,
        );
      if (allowHosts.length > 0) store.feeds.allowHosts(followed.id, allowHosts);
      context.print(`${added ? 'following' : 'already following'} ${nameOf(followed)} (${url})`);
      const report = await askFeeds(context, net, store, [{ ...followed, allowHosts }]);
      context.printJson({ feed: url, title, ...report });
      return EXIT.done;
    } finally {
      store.close();
    }
  } finally {
    await net.close();
  }
}

/** False: it was in the list already, or the list cannot be read: that is told, and what was pulled is there all the same. */
function list(context: Context, options: CommandOptions, found: Omit<Subscription, 'folder'>): boolean {
  const file = subscriptionsFile(context);
  const title = typeof options.title === 'string' ? options.title : found.title;
  const folder = typeof options.folder === 'string' ? options.folder : '';
  try {
    makeNamedFolder(context.contentDir);
    return addSubscription(file, { ...found, title, folder, ...(options.private === true && { private: true }) });
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    context.log.problem({ code: error.code, message: error.message, file });
    context.log.info(error.message);
    return false;
  }
}

/** Another reader's list. */
async function takeList(context: Context, file: string, allowHosts: readonly string[]): Promise<number> {
  const { added, feeds } = mergeSubscriptions(subscriptionsFile(context), file, readFileSync(file, 'utf8'));
  context.print(`${plural(added, 'new feed')} from ${file}`);
  const net = openNet();
  const store = await openFeeds(context);
  try {
    for (const url of feeds) {
      const followed = store.feeds.find(url);
      const named = allowHosts.filter((host) => [new URL(url).hostname, new URL(url).host].includes(host));
      if (followed !== undefined && named.length > 0) store.feeds.allowHosts(followed.id, named);
    }
    context.printJson({ file, added, ...(await askFeeds(context, net, store, undefined)) });
    return EXIT.done;
  } finally {
    store.close();
    await net.close();
  }
}

function remove(context: Context, address: string): number {
  if (!removeSubscription(subscriptionsFile(context), address))
    throw new UsageError(`${address} is not in the list; "turnpress read --feeds" shows what is followed`);
  context.print(`${address} is followed no more`);
  return EXIT.done;
}

/** `example.org` means https://example.org/. Throws UsageError. */
function addressOf(typed: string): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!URL.canParse(address)) throw new UsageError(`"${typed}" is no address`);
  return address;
}
