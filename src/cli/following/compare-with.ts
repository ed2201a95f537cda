/** `verify --deep <address>`: what was published here, held against what a host shows of it. */
/** Exit code 4 when the host contradicts what is here, 5 when it is behind or lacks something, or does not answer. */

import { plural } from '../../model/counts.ts';
import { isHashPrefix, shortId } from '../../model/ids.ts';
import { ArchiveLog } from '../../replica/log/log.ts';
import { compareMirror, findReplica, type MirrorReport } from '../../replica/pull/looking.ts';
import { ReplicaSource } from '../../replica/pull/pulling.ts';
import { noSuch, openQuietly } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { isForeign } from '../machine/private.ts';
import { cleanText } from '../terminal.ts';
import { createFetcher, hostsOf } from './replicas.ts';

export interface CompareRequest {
  readonly address: string;
  readonly allowHost: CommandOptions[string];
  /** Ids or prefixes; none: all. */
  readonly conversations: readonly string[];
  readonly bytes: boolean;
}

export async function compareWith(context: Context, request: CompareRequest): Promise<number> {
  const { address } = request;
  if (!URL.canParse(address)) throw new UsageError(`--deep takes the address of a site, not "${address}"`);
  const archive = openQuietly(context);
  const { origin } = archive.info;
  archive.close();
  const indexPath = isForeign(context) ? { indexPath: '' } : {};
  const log = ArchiveLog.open({ mode: 'read', dir: context.archiveDir, origin, log: context.log, ...indexPath });
  const fetcher = createFetcher(hostsOf(request.allowHost), [address]);
  try {
    if (log.size === 0) throw new UsageError('nothing was published here that a mirror could hold');
    const chosen = request.conversations.map((typed) => {
      const found = isHashPrefix(typed.toLowerCase()) ? log.findConversation(typed.toLowerCase()) : undefined;
      if (found === undefined) throw noSuch('conversation', typed);
      return found;
    });
    const { base } = await findReplica(address, fetcher);
    context.progress.start('compare', Math.max(1, log.countPublished()));
    const report = await compareMirror({
      ...{ source: new ReplicaSource({ fetcher, base }), log, bytes: request.bytes },
      ...(chosen.length === 0 ? {} : { conversations: chosen }),
      onProgress: (done, _total, id) => context.progress.advance(done, shortId(id)),
    });
    context.progress.finish();
    context.printJson({ address: base, ...report });
    return say(context, base, report);
  } finally {
    fetcher.close();
    log.close();
  }
}

const WORDS: Readonly<Record<MirrorReport['found'], string>> = {
  same: 'shows the same archive log',
  stale: 'shows an older archive log',
  ahead: 'shows a newer archive log than is here: what is here is behind',
  forked: 'contradicts the archive log that is here',
  lies: 'shows an archive log that no key of this archive signed, or that of another archive',
};

function say(context: Context, base: string, report: MirrorReport): number {
  const { found, logSize, shownSize, conversations, payloads, differences } = report;
  context.print(`${base} ${WORDS[found]} (${shownSize} records, ${logSize} here)`);
  if (found === 'forked' || found === 'lies') return EXIT.damaged;
  for (const { conversation, kind, message } of differences)
    context.print(context.style.red(cleanText(`${kind} ${shortId(conversation)}: ${message}`)));
  const bytes = payloads > 0 ? `, ${plural(payloads, 'payload')} byte for byte` : '';
  const what = `${plural(conversations, 'published conversation')}${bytes}`;
  context.print(differences.length === 0 ? `equal: ${what}` : `${plural(differences.length, 'difference')} in ${what}`);
  if (differences.some(({ kind }) => kind === 'wrong')) return EXIT.damaged;
  return differences.length > 0 || found === 'stale' ? EXIT.network : EXIT.done;
}
