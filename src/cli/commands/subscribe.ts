/** `turnpress subscribe <address>`: finds the replica behind any address of a site, trusts its key from now on, and pulls. */
/** What is followed is remembered twice: by the copy itself, and as a feed in content/subscriptions.opml for any other reader. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TurnpressError } from '../../base/errors.ts';
import { addSubscription } from '../../reader/reader.ts';
import { fingerprintOf, parseVerifierKey } from '../../replica/log/log.ts';
import { type FoundReplica, findReplica } from '../../replica/replica.ts';
import { ownPrivate } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
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
  const address = addressOf(args[0] ?? '');
  const allowHosts = hostsOf(options.allowHost);
  const accept = keysOf(options.key);
  ownPrivate(context);
  const found = await find(address, allowHosts);
  const name = typeof options.name === 'string' ? checkName(options.name) : nameFor(context, found.base);
  const report = await pullInto(context, { name, address: found.base, allowHosts, accept });
  context.printJson({ name, ...report });
  sayPulled(context, name, report);
  const key = report.keys.at(-1);
  if (report.newlyTrusted && key !== undefined) {
    context.log.info(
      `${report.origin} is signed by a key that is trusted from now on; its owner can tell you whether it is theirs:`,
    );
    const { hex, words } = fingerprintOf(parseVerifierKey(key));
    context.log.info(`  fingerprint ${words}`);
    context.log.info(`  ${hex}`);
    context.log.info(`  ${key}`);
  }
  follow(context, found, report.origin);
  context.log.info(
    `it is an archive of its own: turnpress log --archive ${context.shown(join(context.archiveDir, 'private', 'replicas', name))}`,
  );
  return exitOf(context, report);
}

function addressOf(typed: string): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!URL.canParse(address)) throw new UsageError(`"${typed}" is no address`);
  return address;
}

async function find(address: string, allowHosts: readonly string[]): Promise<FoundReplica> {
  const fetcher = createFetcher(allowHosts, [address]);
  try {
    return await findReplica(address, fetcher);
  } finally {
    fetcher.close();
  }
}

/** The site's own feed, which any reader can follow. */
function follow(context: Context, { base }: FoundReplica, origin: string): void {
  const file = join(context.contentDir, 'subscriptions.opml');
  const home = new URL('..', base).href;
  try {
    mkdirSync(context.contentDir, { recursive: true });
    const added = addSubscription(file, { url: new URL('atom.xml', home).href, title: origin, home, folder: '' });
    if (added) context.log.info(`${context.shown(file)} names its feed, for this reader and any other`);
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    context.log.problem({ code: error.code, message: error.message, file });
    context.log.info(error.message);
  }
}
