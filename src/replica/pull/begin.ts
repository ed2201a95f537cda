/** Where a pull begins: which hosts are asked, and the folder of a copy that is new. */
/** Nothing is made before a host has said whose archive it is. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { confineDisk } from '../../base/confined-disk.ts';
import { makeFolders, realDisk, replaceFile } from '../../base/disk.ts';
import { NoReplicaError, UntrustedKeyError } from '../errors.ts';
import { INFO_NAME } from '../publish/replica-names.ts';
import type { PullOptions } from './contract.ts';
import { Host, Hosts } from './hosts.ts';
import { NO_VALIDATORS, type PullState, writePullState } from './pull-state.ts';
import { generateReplicaInfo, parseReplicaInfo, type ReplicaInfo } from './replica-info.ts';
import { ReplicaSource } from './source.ts';

/** What is remembered before the first answer. */
export const FIRST: Omit<PullState, 'address' | 'allowHosts'> = {
  keys: [],
  validators: NO_VALIDATORS,
  mirrors: [],
  lastGrowth: '',
  lastAnswer: '',
};

/** The address first, then its mirrors, each once. */
export function listHosts(
  { fetcher, signal, patienceMs, mirrors = [] }: PullOptions,
  state: PullState,
): readonly Host[] {
  const known = new Map(state.mirrors.map(({ address, validators }) => [address, validators]));
  for (const address of mirrors) if (!known.has(address)) known.set(address, NO_VALIDATORS);
  known.delete(state.address);
  return [[state.address, state.validators] as const, ...known].map(([base, validators]) => {
    const optional = { ...(signal && { signal }), ...(patienceMs !== undefined && { patienceMs }) };
    return new Host(new ReplicaSource({ fetcher, base, ...optional }), validators);
  });
}

/** The folder, with whose it is; the address is remembered, so that a first pull that is stopped goes on. */
export async function begin(
  { dir, accept = [] }: PullOptions,
  hosts: readonly Host[],
  state: PullState,
): Promise<void> {
  const info = await new Hosts(hosts).from(0).find(INFO_NAME, 1024 * 1024, parseReplicaInfo);
  if (info === undefined) throw new NoReplicaError(state.address, 'there is no replica of a turnpress archive there');
  const last = info.keys.at(-1);
  if (accept.length > 0 && (last === undefined || !accept.includes(last)))
    throw new UntrustedKeyError(info.origin, `its key is ${last ?? 'none'}, and not the one that was named`);
  writeInfo(dir, info);
  writePullState(dir, state);
}

/** archive.json of the copy: the origin's. Durable when it returns. */
export function writeInfo(dir: string, info: ReplicaInfo): void {
  const path = join(dir, 'archive.json');
  // the copy of it that tells damage is made again by the next writer
  rmSync(join(dir, 'private', 'archive.json'), { force: true });
  const touched = makeFolders(realDisk, join(dir, 'conversations'));
  replaceFile(confineDisk(realDisk, dir), path, `${path}.tmp`, generateReplicaInfo(info));
  for (const folder of new Set([...touched, dir])) realDisk.fsyncDir(folder);
}
