/** Pulls a replica into an archive of its own; nothing new is one request and no more than a look at the copy. */
/** Stopped anywhere it goes on from there: what is verified stays, and what is pending is a question to the log's index. */

import { NoReplicaError } from '../errors.ts';
import type { PullOptions, PullReport } from './contract.ts';
import { FIRST, listHosts } from './hosts.ts';
import { readPullState } from './pull-state.ts';
import { findUnchanged } from './unchanged.ts';

/**
 * Throws NetworkError, BadReplicaError, LaggingReplicaError, ForkedLogError and UntrustedKeyError when the archive log cannot be had, NoReplicaError,
 * and what opening an archive throws. What concerns one conversation is told as a problem, and leaves the others alone.
 */
export async function pull(options: PullOptions): Promise<PullReport> {
  const { dir } = options;
  const known = readPullState(dir);
  const address = options.address ?? known?.address;
  if (address === undefined) throw new NoReplicaError(dir, 'nothing was ever pulled there');
  const allowHosts = options.allowHosts ?? known?.allowHosts ?? [];
  const state = { ...(known ?? FIRST), address, allowHosts };
  const hosts = listHosts(options, state);
  const unchanged = known?.address === address ? await findUnchanged(options, hosts, state) : undefined;
  if (unchanged !== undefined) return unchanged;
  const { pullNews } = await import('./pull-news.ts');
  return await pullNews(options, hosts, state, known === undefined);
}
