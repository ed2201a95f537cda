/** The hosts of one archive: its origin and mirrors, each asked for itself, and what is to be said of each in the end. */
/** What one does not have, or has in a way that does not fit, the next is asked for; who gave wrong things is named. */

import { TurnpressError } from '../../base/errors.ts';
import { ForkedLogError, LaggingReplicaError, NetworkError } from '../errors.ts';
import type { Answer } from '../fetch/fetcher.ts';
import type { HostReport, PullOptions } from './contract.ts';
import type { LogNews } from './pull-log.ts';
import { NO_VALIDATORS, type PullState } from './pull-state.ts';
import { type FileSource, ReplicaSource } from './source.ts';

export class Host {
  readonly source: ReplicaSource;
  validators: PullState['validators'];
  /** Undefined: its archive log could not be taken. */
  news: LogNews | undefined;
  #worst: TurnpressError | undefined;
  #first: Answer | undefined;

  constructor(source: ReplicaSource, validators: PullState['validators']) {
    this.source = source;
    this.validators = validators;
  }

  /** What it answered already to the question for the archive log's checkpoint. */
  keepFirst(answer: Answer): void {
    this.#first = answer;
  }

  /** That answer, once. */
  takeFirst(): Answer | undefined {
    const first = this.#first;
    this.#first = undefined;
    return first;
  }

  get error(): TurnpressError | undefined {
    return this.#worst;
  }

  /** The first of the gravest kind stays. */
  note(error: TurnpressError): void {
    if (this.#worst === undefined || gravity(error) > gravity(this.#worst)) this.#worst = error;
  }

  /** `size`: of the archive log as it is now. */
  report(size: number): HostReport {
    const address = this.source.base;
    const worst = this.#worst;
    if (worst !== undefined && gravity(worst) > 0)
      return { address, state: worst instanceof ForkedLogError ? 'forked' : 'lies', problem: worst.message };
    if (this.news === undefined) return { address, state: 'away', problem: worst?.message ?? '' };
    const isStale = this.news.shown < size;
    return { address, state: isStale ? 'stale' : 'good', problem: worst?.message ?? '' };
  }
}

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

/** 0: it is away or behind, as honest hosts are. */
function gravity(error: TurnpressError): number {
  if (error instanceof NetworkError || error instanceof LaggingReplicaError) return 0;
  return error instanceof ForkedLogError ? 2 : 1;
}

/** Files from several hosts; the first one that has a good one gives it. */
export class Hosts {
  readonly #hosts: readonly Host[];

  /** In the order in which they are asked; at least one. */
  constructor(hosts: readonly Host[]) {
    this.#hosts = hosts;
  }

  get count(): number {
    return this.#hosts.length;
  }

  get isDown(): boolean {
    return this.#hosts.every(({ source }) => source.isDown);
  }

  /** Undefined: one of them answers still. */
  findDownError(): NetworkError | undefined {
    return this.isDown ? this.#hosts[0]?.source.downError() : undefined;
  }

  /** The same files, another host first. */
  from(first: number): FileSource {
    const order = [...this.#hosts.slice(first), ...this.#hosts.slice(0, first)];
    return { find: (path, limit, decode) => findIn(order, path, limit, decode) };
  }

  /** What the host that was asked first in `from` did wrong, as others have shown. */
  blame(first: number, error: TurnpressError): void {
    this.#hosts[first]?.note(error);
  }
}

async function findIn<T>(
  hosts: readonly Host[],
  path: string,
  limit: number,
  decode: (bytes: Uint8Array) => T,
): Promise<T | undefined> {
  const errors: TurnpressError[] = [];
  for (const host of hosts) {
    try {
      const found = await host.source.find(path, limit, decode);
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      if (hosts.length > 1) host.note(error);
      errors.push(error);
    }
  }
  if (errors[0] !== undefined) throw errors[0];
  return undefined;
}
