/** Mends a pulled copy of which something is damaged or gone: from the hosts that it is pulled from, by hash. */
/** A copy is worth its wholeness only, and nobody but its hosts has to be asked; `turnpress repair` does the same by hand. */

import { join } from 'node:path';
import { silentLog } from '../../base/log.ts';
import { readPullState } from '../../replica/pull/pulling.ts';
import type { Context } from '../context.ts';
import { replicasFolder } from './followed.ts';

/** Of the `repair` command. */
export type Mend = (context: Context, args: readonly string[], options: Mending) => Promise<number>;

type Mending = {
  readonly from: string;
  readonly allowHost: string;
};

/** The exit code: 0 when all of it is whole again. Undefined: nothing was ever pulled there. Throws what `repair` throws. */
export async function mendCopy(context: Context, name: string, mend: Mend): Promise<number | undefined> {
  const archiveDir = join(replicasFolder(context), name);
  const state = readPullState(archiveDir);
  if (state === undefined) return undefined;
  context.log.info(`${name}: a part of the copy is damaged or gone; it is asked for again`);
  const own: Context = {
    ...context,
    archiveDir,
    // what is mended is no problem of anybody's: what is left is said by the exit code and by "turnpress verify"
    log: { ...silentLog, info: (message) => context.log.detail(message) },
    problems: [],
    print: (text) => context.print(`${name}: ${text}`),
    printJson: () => undefined,
  };
  const from = [state.address, ...state.mirrors.map(({ address }) => address)].join(',');
  return await mend(own, [], { from, allowHost: state.allowHosts.join(',') });
}
