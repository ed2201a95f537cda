/** The end of most pulls: the host says that nothing is new, and the copy is as the last pull left it. */
/** Without the archive: opening it and its index is most of what such a pull would cost. */

import { parseCheckpoint, RecordError } from '../../archive/format/format.ts';
import { confineDisk } from '../../base/confined-disk.ts';
import { readFile, realDisk } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import { isoTime } from '../../base/time.ts';
import { CHECKPOINT_NAME, LOG_FOLDER } from '../publish/replica-names.ts';
import type { PullOptions, PullReport } from './contract.ts';
import type { Host } from './hosts.ts';
import { conditionsOf, type PullState, writePullState } from './pull-state.ts';

const PATH = `${LOG_FOLDER}/${CHECKPOINT_NAME}`;

/**
 * Undefined: there may be news, or the copy has to be looked at; what the host answered is kept with it then. Throws NetworkError when
 * it does not answer.
 */
export async function findUnchanged(
  { dir, nowMs, accept = [] }: PullOptions,
  [host, ...others]: readonly Host[],
  state: PullState,
): Promise<PullReport | undefined> {
  const { validators, isWhole, keys, lastGrowth, address } = state;
  const conditions = conditionsOf(validators);
  const log = findLog(dir);
  const isLeft = isWhole === true && log?.size === validators.size && Object.keys(conditions).length > 0;
  if (host === undefined || log === undefined || !isLeft || others.length + accept.length > 0) return undefined;
  const answer = await host.source.ask(PATH, limits.checkpoint, conditions);
  if (answer.status !== 304) {
    host.keepFirst(answer);
    return undefined;
  }
  writePullState(dir, { ...state, lastAnswer: isoTime(nowMs()) });
  const { source } = host;
  return {
    ...{ address, origin: log.origin, hosts: [{ address, state: 'good', problem: '' }] },
    ...{ found: 'same', logBefore: log.size, logSize: log.size, keys: keys.map(({ key }) => key), newlyTrusted: false },
    ...{ pulled: 0, removed: 0, failed: 0, pending: 0, turns: 0, payloadBytes: 0 },
    ...{ requests: source.requests, bytes: source.bytes, lastGrowth },
  };
}

/** What the archive log's own checkpoint says. Undefined: none, or a damaged one, which opening the copy reports. */
function findLog(dir: string): { readonly origin: string; readonly size: number } | undefined {
  const bytes = readFile(confineDisk(realDisk, dir), `${dir}/${PATH}`, limits.checkpoint);
  try {
    return bytes && parseCheckpoint(bytes);
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}
