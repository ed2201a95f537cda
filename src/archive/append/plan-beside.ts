/** Plans extensions in a thread of their own, when there is enough of them: half of a first pull is hashing and reading payloads. */
/** Whatever the thread cannot or does not do is done here, so that there is one place that says what is wrong with an extension. */

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ExtensionTile, LogExtension } from '../contract.ts';
import type { PlannedRecord } from './append-plan.ts';
import type { Plan, PlanPlace } from './extend-plan.ts';
import type { PlanAnswer, PlanThreadData, SentExtension, SentPlan, SentTile } from './plan-thread.ts';

/** Raw bytes of extensions after which a thread is worth its start. */
const WORTH = 512 * 1024;
/** Megabytes of a thread's space for short-lived objects. */
const YOUNG_MB = 16;

/** Must be closed. */
export class PlanBeside {
  readonly #place: PlanPlace;
  #seen = 0;
  #thread: Worker | undefined;
  /** It died once: it is not started again. */
  #isBroken = false;
  readonly #waiting: ((answer: PlanAnswer | undefined) => void)[] = [];

  constructor(place: PlanPlace) {
    this.#place = place;
  }

  /** Undefined: not by a thread. */
  async find(extension: LogExtension): Promise<Plan | undefined> {
    const { conversation, checkpoint, tiles } = extension;
    this.#seen += tiles.reduce((sum, { payloads }) => sum + payloads.raw.length, 0);
    if (this.#isBroken || this.#seen < WORTH) return undefined;
    const answer = await this.#ask({ conversation, checkpoint, tiles: tiles.map(send) });
    return answer === undefined || 'refused' in answer ? undefined : planOf(extension, answer);
  }

  close(): void {
    this.#end();
  }

  #ask(extension: SentExtension): Promise<PlanAnswer | undefined> {
    this.#thread ??= this.#start();
    this.#thread.ref();
    this.#thread.postMessage(extension);
    return new Promise((done) => this.#waiting.push(done));
  }

  #start(): Worker {
    const { dir, info } = this.#place;
    const file = new URL(`./plan-thread${extname(import.meta.url)}`, import.meta.url);
    const workerData: PlanThreadData = { dir, origin: info.origin };
    const thread = new Worker(file, { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    thread.on('message', (answer: PlanAnswer) => {
      this.#waiting.shift()?.(answer);
      if (this.#waiting.length === 0) thread.unref(); // an idle thread keeps nobody waiting
    });
    for (const event of ['error', 'exit', 'messageerror']) thread.on(event, () => this.#end());
    return thread;
  }

  #end(): void {
    this.#isBroken = true;
    void this.#thread?.terminate();
    this.#thread = undefined;
    for (const done of this.#waiting.splice(0)) done(undefined);
  }
}

function send({ records, payloads }: ExtensionTile): SentTile {
  return {
    start: records.start,
    entries: records.bytes,
    count: records.size,
    leaves: records.leaves,
    n: records.n,
    size: records.end.size,
    payloads: payloads.bytes,
    raw: payloads.raw,
  };
}

function planOf({ conversation, checkpoint, tiles }: LogExtension, sent: SentPlan): Plan {
  const bytes = tiles.flatMap(({ records }) => records.list());
  const records = sent.turns.map((turn, i): PlannedRecord => {
    const payload = sent.payloads.get(i);
    return { bytes: bytes[i] ?? new Uint8Array(0), ...(turn && { turn }), ...(payload && { payload }) };
  });
  const kept = tiles.map(({ records: { n, bytes: entries, leaves, end }, payloads }) => {
    return [n, { entries, leaves, end, payloads: payloads.bytes }] as const;
  });
  const growth = {
    id: conversation,
    row: undefined,
    origin: sent.origin,
    records,
    newHeads: new Map(sent.heads),
    tombstones: [],
    state: sent.state,
    checkpoint,
    tiles: new Map(kept),
  };
  return { growth, planned: sent.planned };
}
