/** The hosts of one archive: its origin and mirrors, each asked for itself, and what is to be said of each in the end. */
/** What one does not have, or has in a way that does not fit, the next is asked for; who gave wrong things is named. */

import { TurnpressError } from '../../base/errors.ts';
import { ForkedLogError, LaggingReplicaError, NetworkError } from '../errors.ts';
import type { LogNews } from './pull-log.ts';
import type { PullState } from './pull-state.ts';
import type { FileSource, ReplicaSource } from './source.ts';

/** `lies`: what it shows is no replica of this archive, or not whole; `forked`: it contradicts what was signed before. */
export interface HostReport {
  readonly address: string;
  readonly state: 'good' | 'stale' | 'away' | 'lies' | 'forked';
  /** The first thing that was wrong; empty: nothing. */
  readonly problem: string;
}

export class Host {
  readonly source: ReplicaSource;
  validators: PullState['validators'];
  /** Undefined: its archive log could not be taken. */
  news: LogNews | undefined;
  #worst: TurnpressError | undefined;

  constructor(source: ReplicaSource, validators: PullState['validators']) {
    this.source = source;
    this.validators = validators;
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
