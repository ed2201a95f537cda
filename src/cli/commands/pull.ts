/** `turnpress pull`: what is new of everything that is followed, each by itself: archives turn by turn, feeds by their entries. */
/** Exit code 5 when a host gave no answer, 4 when what it shows contradicts itself or what is here. */

import { TurnpressError } from '../../base/errors.ts';
import { plural } from '../../model/counts.ts';
import type { FollowedFeed, PollReport, ReaderStore } from '../../reader/reader.ts';
import type { PullReport } from '../../replica/pull/pulling.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { askFeeds, isMeant, openFeeds } from '../following/feeds.ts';
import { listReplicas } from '../following/followed.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const store = await openFeeds(context);
  try {
    const isChosen = (...names: readonly string[]) =>
      args.length === 0 || args.some((typed) => isMeant(typed, ...names));
    const names = listReplicas(context).filter((name) => isChosen(name));
    const feeds = [...store.feeds.walk()].filter(
      ({ title, url, archive }) => archive === undefined && isChosen(title, url),
    );
    if (names.length + feeds.length === 0) return sayNothing(context, args);
    const archives = await pullArchives(context, names, options);
    const asked = args.length > 0 || options.all === true ? feeds : undefined;
    const report = await askDue(context, store, asked);
    store.entries.expire(context.world.now());
    context.printJson({ archives: archives.reports, feeds: report });
    sayFeeds(context, report, asked);
    return report.asked > 0 && report.failed === report.asked ? worse(archives.exit, EXIT.network) : archives.exit;
  } finally {
    store.close();
  }
}

/** What goes out to hosts is loaded only where one is to be asked. */
async function askDue(
  context: Context,
  store: ReaderStore,
  asked: readonly FollowedFeed[] | undefined,
): Promise<PollReport> {
  if ((asked?.length ?? store.feeds.countDue(context.world.now())) === 0) return NOBODY_ASKED;
  const { openNet } = await import('../following/net.ts');
  const net = openNet();
  try {
    return await askFeeds(context, net, store, asked);
  } finally {
    await net.close();
  }
}

const NOBODY_ASKED: PollReport = { asked: 0, fresh: 0, changed: 0, failed: 0 };

async function pullArchives(context: Context, names: readonly string[], options: CommandOptions) {
  if (names.length === 0 && options.key === undefined) return { reports: [], exit: EXIT.done };
  const { exitOf, hostsOf, keysOf, pullInto, sayPulled, tellFailure } = await import('../following/replicas.ts');
  const mend = async (name: string): Promise<number> => {
    const { mendCopy } = await import('../following/mend-copy.ts');
    return (await mendCopy(context, name, (await import('./repair.ts')).run)) ?? EXIT.done;
  };
  const accept = keysOf(options.key);
  if (accept.length > 0 && names.length !== 1) throw new UsageError('--key is the key of one archive: name its copy');
  const reports: (PullReport & { readonly name: string })[] = [];
  let exit: number = EXIT.done;
  for (const name of names) {
    const request = { name, allowHosts: hostsOf(options.allowHost), accept };
    try {
      let report = await pullInto(context, request).catch(async (error: unknown) => {
        // the copy itself cannot be opened: once more when that was mended
        if (!(error instanceof TurnpressError) || !OWN_DAMAGE.includes(error.code)) throw error;
        if ((await mend(name)) !== EXIT.done) throw error;
        return pullInto(context, request);
      });
      if (report.damaged > 0 && (await mend(name)) === EXIT.done) report = { ...report, damaged: 0 };
      reports.push({ name, ...report });
      sayPulled(context, name, report);
      exit = worse(exit, exitOf(context, report));
    } catch (error) {
      exit = worse(exit, tellFailure(context, name, error));
    }
  }
  return { reports, exit };
}

/** Errors that say something of what is here, and nothing of a host. */
const OWN_DAMAGE: readonly string[] = ['DAMAGED', 'ARCHIVE_LOG'];

function sayFeeds(
  context: Context,
  { asked, fresh, failed }: PollReport,
  named: readonly FollowedFeed[] | undefined,
): void {
  if (asked === 0 && named === undefined) return;
  const words = [`${plural(asked, 'feed')} asked`, plural(fresh, 'new entry', 'new entries')];
  context.print([...words, ...(failed > 0 ? [`${failed} failed`] : [])].join(', '));
}

/** Throws UsageError when something was named. */
function sayNothing(context: Context, args: readonly string[]): number {
  if (args.length > 0)
    throw new UsageError(
      `nothing that is followed is called "${args.join(' ')}"; archives: ${listReplicas(context).join(', ') || 'none'}; "turnpress read --feeds" lists feeds`,
    );
  context.printJson({ archives: [], feeds: NOBODY_ASKED });
  context.log.info('nothing is followed yet: "turnpress subscribe <address>" begins');
  return EXIT.done;
}

/** Damage weighs more than a host that is away. */
function worse(a: number, b: number): number {
  return a === EXIT.damaged || b === EXIT.done ? a : b;
}
