/** `turnpress publish`: what the rules make public goes into the archive log, signed, and the public site is built from it. */
/** Shows first what would newly go out, and asks: what was published cannot be called back from those who have it. */

import { join } from 'node:path';
import type { ArchiveWriter } from '../../archive/archive.ts';
import { plural } from '../../model/counts.ts';
import { shortId } from '../../model/ids.ts';
import { type ArchiveLog, fingerprintOf, parseVerifierKey } from '../../replica/log/log.ts';
import type { HeldBack, PlannedState, PublishPlan, SigningPlan } from '../../replica/replica.ts';
import { exitFor } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import { readConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { gateOptionsOf, withWritableLog } from '../publishing/published.ts';
import { oneLine } from '../terminal.ts';
import { buildPublic, buildSummary, refuseWithoutRules, sayWhatIsMissing } from './build.ts';

export async function run(context: Context, _args: readonly string[], options: CommandOptions): Promise<number> {
  const config = readConfig(context.configFile, context.configNamed);
  const to = typeof options.to === 'string' ? options.to : undefined;
  const endpoint = typeof options.endpoint === 'string' ? options.endpoint : undefined;
  if (endpoint !== undefined && to === undefined) throw new UsageError('--endpoint says where a store is: add --to');
  if (to !== undefined) (await import('../publishing/hand-over.ts')).checkPlace(context, to, endpoint);
  const { planPublish, planSigning } = await import('../../replica/replica.ts');
  return withWritableLog(context, async (archive, log) => {
    refuseWithoutRules(context, log);
    const choice = { unsigned: options.unsigned === true, rotate: options.rotateKey === true };
    const signing = planSigning(log, context.archiveDir, choice);
    const plan = await planPublish(archive, log, gateOptionsOf(context, config));
    showPlan(context, plan, options.dryRun === true);
    for (const held of plan.blocked) reportHeld(context, held);
    if (plan.blocked.length > 0) context.log.info(WAY_OUT);
    if (options.dryRun === true) {
      context.printJson({ dryRun: true, ...plan });
      return exitOf(context, archive, plan);
    }
    if (!(await isConfirmed(context, plan, signing, options.yes === true))) {
      context.log.info('nothing was published');
      return EXIT.usage;
    }
    await commitAndBuild(context, archive, log, { plan, signing, to, endpoint });
    return exitOf(context, archive, plan);
  });
}

function exitOf({ strict }: Context, archive: ArchiveWriter, { blocked, missing }: PublishPlan): number {
  if (missing.length > 0) return EXIT.damaged;
  const exit = exitFor(archive);
  return exit === EXIT.done && strict && blocked.length > 0 ? EXIT.problems : exit;
}

/** Appends, signs, builds, and says what was done. */
export async function commitAndBuild(
  context: Context,
  archive: ArchiveWriter,
  log: ArchiveLog,
  {
    plan,
    signing,
    to,
    endpoint,
  }: {
    readonly plan: PublishPlan;
    readonly signing: SigningPlan;
    readonly to?: string | undefined;
    readonly endpoint?: string | undefined;
  },
): Promise<void> {
  const { commitPublish, isEmptyPlan, readySigners, finishRotation } = await import('../../replica/replica.ts');
  // a key is made when there is something to sign
  const idle = isEmptyPlan(plan) && (signing.change === 'none' || signing.change === 'first');
  const signers = idle && signing.change === 'first' ? { signers: [] } : readySigners(log, context.archiveDir, signing);
  const records = commitPublish(log, plan, { nowMs: context.world.now(), signers });
  if (!signing.unsigned) finishRotation(log, context.archiveDir);
  if (signers.added !== undefined) await sayNewKey(context, log, signing);
  const site = await buildPublic(context, archive, log);
  const handed =
    to === undefined
      ? undefined
      : await (await import('../publishing/hand-over.ts')).handOver(context, to, { archiveLog: log, endpoint });
  const { newly, grown, withdrawn } = plan;
  context.printJson({
    ...plan,
    ...(handed && { handed }),
    records,
    size: log.size,
    keys: log.listKeys().map(({ key }) => key),
    site,
  });
  const done = [
    newly.length > 0 ? `${plural(newly.length, 'conversation')} published` : '',
    grown.length > 0
      ? `${newly.length > 0 ? '' : 'new turns of '}${plural(grown.length, 'conversation')}${newly.length > 0 ? ' with new turns' : ' published'}`
      : '',
    withdrawn.length > 0 ? `${plural(withdrawn.length, 'conversation')} withdrawn` : '',
  ].filter((text) => text !== '');
  const unsigned = log.listKeys().length === 0 && log.size > 0 ? ' (unsigned)' : '';
  context.print(
    `${done.length === 0 ? 'nothing new' : done.join(', ')}; ${plural(log.countPublished(), 'conversation')} public${unsigned}`,
  );
  context.print(buildSummary(context, site, 'public'));
  if (handed !== undefined)
    context.print(
      `${handed.says}: ${plural(handed.written, 'file')} new or changed, ${plural(handed.removed, 'file')} removed`,
    );
  sayWhatIsMissing(context, site, log.size > 0);
}

/** Everything at a dry run, else so many of each. */
const MOST_SHOWN = 20;

/** At a dry run it is the result, else something to look at before one says yes. */
function showPlan(context: Context, plan: PublishPlan, all: boolean): void {
  const most = all ? Number.POSITIVE_INFINITY : MOST_SHOWN;
  const say = all ? context.print : context.log.info;
  const show = (what: string, states: readonly PlannedState[], more: (state: PlannedState) => string): void => {
    if (states.length === 0) return;
    say(`${what}:`);
    for (const state of states.slice(0, most)) say(`  ${lineOf(context, state, more(state))}`);
    if (states.length > most) say(`  and ${plural(states.length - most, 'more', 'more')}; --dry-run shows all`);
  };
  show('newly public', plan.newly, ({ turns }) => plural(turns, 'turn'));
  show('grown', plan.grown, ({ size, before }) => plural(size - before, 'new record'));
  const because = new Map(plan.withdrawn.map((state) => [state.conversation, state.because]));
  show('withdrawn', plan.withdrawn, ({ conversation }) => because.get(conversation) ?? '');
  for (const id of plan.missing.slice(0, most))
    say(
      `published and not in the archive any more: ${id}; "turnpress verify" says more, "turnpress unpublish" withdraws it`,
    );
  if (all && plan.newly.length + plan.grown.length + plan.withdrawn.length === 0) say('nothing would change');
}

function lineOf({ columns }: Context, { conversation, title }: PlannedState, more: string): string {
  return `${shortId(conversation)} ${oneLine(title, Math.max(20, columns - 22 - Math.min(more.length, 60)))} (${more})`;
}

const WAY_OUT =
  'withdraw such a turn, or make the conversation private in site.json; one that you have looked at and that is harmless goes into redact.allow';

/** What a rule lets out and stays in is said each time, and counts as a problem. */
function reportHeld(context: Context, { conversation, reason, published }: HeldBack): void {
  const what = published ? 'its new turns stay in' : 'it stays in';
  const message = `conversation ${shortId(conversation)} may not be published, ${what}: ${reason}`;
  context.log.info(message);
  context.problems.push({ code: 'PUBLISH_BLOCKED', file: conversation, message });
}

async function isConfirmed(
  { world, json }: Context,
  { newly }: PublishPlan,
  { change }: SigningPlan,
  yes: boolean,
): Promise<boolean> {
  const wants = [
    newly.length > 0 ? `publish ${plural(newly.length, 'conversation')} that nobody could see until now` : '',
    change === 'lost'
      ? 'let a new key sign, which the old one does not vouch for: everybody who follows this archive has to accept it anew'
      : '',
  ].filter((text) => text !== '');
  if (yes || wants.length === 0) return true;
  if (world.ask === undefined || json)
    throw new UsageError(`this would ${wants.join(', and ')}; look at it with --dry-run, then say --yes`);
  const typed = await world.ask(`${wants.join(', and ')}? [y/N] `);
  return /^y(?:es)?$/i.test(typed?.trim() ?? '');
}

async function sayNewKey(context: Context, log: ArchiveLog, { change }: SigningPlan): Promise<void> {
  const { keyFile } = await import('../../replica/replica.ts');
  const key = log.listKeys().at(-1)?.key;
  if (key === undefined) return;
  const { hex, words } = fingerprintOf(parseVerifierKey(key));
  const file = context.shown(keyFile(context.archiveDir));
  context.log.info(change === 'first' ? 'from now on a key signs what you publish' : 'a new key signs from now on');
  context.log.info(`  fingerprint ${words}`);
  context.log.info(`              ${hex}`);
  context.log.info(`  it stands in ${file}, and nobody can make it again: keep a copy of it somewhere safe`);
  if (change === 'rotated')
    context.log.info(
      `  the one before is kept beside it, in ${context.shown(join(keyFile(context.archiveDir), '..'))}`,
    );
}
