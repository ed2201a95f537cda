/** The copies of other archives below `private/replicas/`: where each is, pulling one, and what is said of it. */
/** `subscribe` and `pull` share it, so that a first pull and every later one are the same act. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeRealFolders } from '../../base/confined-disk.ts';
import { TurnpressError } from '../../base/errors.ts';
import { plural } from '../../model/counts.ts';
import { Fetcher, type HostReport, type PullReport, pull, readPullState } from '../../replica/pull/pulling.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { claimPrivate } from '../machine/owner.ts';
import { holdMemory } from '../memory.ts';
import { readVersion } from '../version.ts';
import { replicasFolder } from './followed.ts';

/** A name for the copy of a replica: its host, with a number where that is another's already. */
export function nameFor(context: Context, base: string): string {
  const host = new URL(base).host.replace(/[^a-z0-9.-]/g, '-').replace(/^[.-]+|[.-]+$/g, '') || 'replica';
  for (let n = 1; ; n++) {
    const name = n === 1 ? host : `${host}-${n}`;
    const dir = join(replicasFolder(context), name);
    if (!existsSync(dir) || readPullState(dir)?.address === base || readPullState(dir) === undefined) return name;
  }
}

/** Throws UsageError for a name that could be a path. */
export function checkName(name: string): string {
  if (/^[a-z0-9][a-z0-9.-]{0,200}$/.test(name)) return name;
  throw new UsageError(`"${name}" is no name for a copy: small letters, digits, points and hyphens`);
}

/** Hosts of an option that may name several, with commas. */
export function hostsOf(option: string | boolean | undefined): readonly string[] {
  return typeof option === 'string'
    ? option
        .split(',')
        .map((host) => host.trim())
        .filter((host) => host !== '')
    : [];
}

/** The verifier key of an option, alone in a list; none without it. Throws UsageError. */
export function keysOf(option: string | boolean | undefined): readonly string[] {
  if (typeof option !== 'string') return [];
  if (/^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{43,44}=?$/u.test(option)) return [option];
  throw new UsageError(`--key takes a verifier key, <name>+<8 digits>+<base64>, not "${option}"`);
}

export function createFetcher(allowHosts: readonly string[], typed: readonly string[]): Fetcher {
  return new Fetcher({ allowHosts, typed, userAgent: `turnpress/${readVersion()}` });
}

export interface PullRequest {
  readonly name: string;
  /** Absent: where it was the last time. */
  readonly address?: string;
  readonly allowHosts: readonly string[];
  readonly accept: readonly string[];
  /** Of the replicas on other hosts, beside those that are known. */
  readonly mirrors?: readonly string[];
}

/** Pulls into the copy of that name, and makes its `private/` ours. Throws what `pull` throws. */
export async function pullInto(context: Context, request: PullRequest): Promise<PullReport> {
  const { name, address, accept, mirrors = [] } = request;
  const dir = join(replicasFolder(context), name);
  const known = existsSync(dir) ? readPullState(dir) : undefined;
  const allowHosts = [...new Set([...(known?.allowHosts ?? []), ...request.allowHosts])];
  const kept = known?.mirrors.map((mirror) => mirror.address) ?? [];
  const typed = [address, known?.address, ...mirrors, ...kept].filter((each) => each !== undefined);
  holdMemory();
  makeRealFolders(context.archiveDir, join(dir, 'private'));
  claimPrivate(context.world, join(dir, 'private'));
  const fetcher = createFetcher(allowHosts, typed);
  const { log, progress, world } = context;
  try {
    return await pull({
      ...{ dir, allowHosts, accept, mirrors, fetcher, log, progress, nowMs: world.now },
      ...(address === undefined ? {} : { address }),
      ...(world.hold && { hold: world.hold }),
    });
  } finally {
    fetcher.close();
  }
}

/** What came, in a line, and what the person has to know of the host. */
export function sayPulled(context: Context, name: string, report: PullReport): void {
  const { pulled, removed, failed, pending, turns, found, lastGrowth } = report;
  const what = [
    ...(pulled > 0 || removed + failed === 0 ? [`${plural(pulled, 'conversation')} pulled`] : []),
    ...(turns > 0 ? [plural(turns, 'turn')] : []),
    ...(removed > 0 ? [`${removed} withdrawn`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(', ');
  const grown = lastGrowth === '' ? '' : `, last grown ${lastGrowth.slice(0, 10)}`;
  context.print(
    `${name}: ${pulled + removed + failed === 0 ? (found === 'grown' ? 'no conversation changed' : 'nothing new') : what}${grown}`,
  );
  for (const host of report.hosts.length > 1 ? report.hosts : []) sayHost(context, name, host);
  if (found === 'stale')
    context.log.info(`${name}: the host shows an older state than what is here; nothing was rolled back`);
  if (report.keys.length === 0) context.log.info(`${name}: the archive is not signed: only the host says whose it is`);
  if (pending > 0)
    context.log.info(`${name}: ${plural(pending, 'conversation')} could not be taken; the next pull tries again`);
}

/** What of several hosts is not as it should be. */
function sayHost(context: Context, name: string, { address, state, problem }: HostReport): void {
  if (state === 'good') return;
  const words = {
    stale: 'shows an older state',
    away: 'gave no answer that can be used',
    lies: 'shows what does not fit, and was not believed',
    forked: 'contradicts what the others show and what was signed before',
  } as const;
  const message = `${address} ${words[state]}${problem === '' ? '' : ` (${problem})`}`;
  if (state === 'lies' || state === 'forked') context.log.problem({ code: 'BAD_MIRROR', message, file: name });
  context.log.info(`${name}: ${message}`);
}

/** 4 when something contradicts itself, 5 when it did not come. A mirror that is away or behind is no failure: the others answered. */
export function exitOf(context: Context, report: PullReport): number {
  if (report.damaged > 0 || report.hosts.some(({ state }) => state === 'lies' || state === 'forked'))
    return EXIT.damaged;
  if (report.failed === 0) return EXIT.done;
  const damaged = context.problems.some(({ code }) => !['LAGGING_REPLICA', 'NETWORK'].includes(code));
  return damaged ? EXIT.damaged : EXIT.network;
}

/** One copy's failure leaves the others alone. Undefined: it was told; with the exit code that it stands for. */
export function tellFailure(context: Context, name: string, error: unknown): number {
  if (!(error instanceof TurnpressError) || (error.kind !== 'network' && error.kind !== 'damaged')) throw error;
  context.log.problem({ code: error.code, message: error.message, file: name });
  context.log.info(`${name}: ${error.message}`);
  return error.kind === 'network' ? EXIT.network : EXIT.damaged;
}
