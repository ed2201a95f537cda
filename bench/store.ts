/** The store at a million turns: append, open, look up, fork, walk a branch, memory. */
/** Run in a process of its own, so that its memory is the store's. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ArchiveWriter,
  createArchive,
  openArchive,
  type PreparedTurn,
  prepareTurn,
} from '../src/archive/archive.ts';
import { encodeItem, ITEM_TYPE, ITEM_VERSION } from '../src/model/item.ts';
import { JSON_ENCODING } from '../src/model/turn.ts';
import { type Row, rowOf } from './table.ts';

const BATCH = 256;
/** Turns of one conversation: a long one, as a busy week makes. */
const CONVERSATION = 4096;

export function benchStore(scratch: string, total: number): Row[] {
  const folder = join(scratch, 'store');
  rmSync(folder, { recursive: true, force: true });
  createArchive(folder, { origin: 'bench.example/store', nowMs: 0 });
  let archive = openArchive(folder, { mode: 'write' });
  const sample: PreparedTurn[] = [];
  const appendSeconds = fill(archive, total, sample);
  archive.close();

  const open = timed(() => {
    archive = openArchive(folder, { mode: 'write' });
  });
  const lookups = sample.map((turn) => timed(() => archive.getTurn(turn.hash)));
  const prefixes = sample.map((turn) => timed(() => archive.findTurn(turn.hash.slice(0, 16))));
  const forks = sample.slice(0, 200).map((turn, i) => {
    const fork = nextTurn(turn, 5_000_000 + i, 'another way');
    const conversation = archive.getTurn(turn.hash).conversation;
    return timed(() =>
      archive.append({ turns: [fork], heads: [{ conversation, name: `b-${fork.hash.slice(0, 8)}`, turn: fork.hash }] }),
    );
  });
  const deep = sample.filter((turn) => turn.depth >= 1000).slice(0, 50);
  const branches = deep.map((turn) => {
    const ancestor = archive.listBranch(turn.hash).at(-1001);
    return timed(() => archive.listBranch(turn.hash, ancestor?.hash));
  });
  const list = timed(() => [...archive.walkConversations()]);
  archive.close();
  return [
    rowOf('turns', total.toLocaleString('en'), `${Math.ceil(total / CONVERSATION)} conversations`),
    rowOf('append, batches of 256, durable', `${Math.round(total / appendSeconds).toLocaleString('en')} turns/s`),
    rowOf('open', `${open.toFixed(1)} ms`),
    rowOf('look up by hash, p50', `${median(lookups).toFixed(3)} ms`, `p99 ${percentile(lookups, 0.99).toFixed(3)} ms`),
    rowOf('look up by prefix, p50', `${median(prefixes).toFixed(3)} ms`),
    rowOf('fork, durable, p50', `${median(forks).toFixed(2)} ms`, `p99 ${percentile(forks, 0.99).toFixed(2)} ms`),
    rowOf('branch of 1,000 turns, p50', `${median(branches).toFixed(2)} ms`),
    rowOf('list all conversations', `${list.toFixed(1)} ms`),
    rowOf('peak memory', `${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`),
  ];
}

function fill(archive: ArchiveWriter, total: number, sample: PreparedTurn[]): number {
  let seconds = 0;
  let parent: PreparedTurn | null = null;
  for (let done = 0; done < total; ) {
    const turns: PreparedTurn[] = [];
    while (turns.length < BATCH && done < total) {
      if (done % CONVERSATION === 0) parent = null;
      const turn: PreparedTurn = nextTurn(
        parent,
        done,
        `turn ${done} of the benchmark: ${'some text that is like other text '.repeat(4)}`,
      );
      turns.push(turn);
      parent = turn;
      if (done % 997 === 0) sample.push(turn);
      done++;
    }
    seconds += timed(() => archive.append({ turns })) / 1000;
  }
  return seconds;
}

function nextTurn(parent: PreparedTurn | null, n: number, text: string): PreparedTurn {
  const payload = encodeItem({ role: n % 2 === 0 ? 'user' : 'assistant', parts: [{ type: 'text', content: text }] });
  return prepareTurn({
    parent,
    timeMs: 1_767_225_600_000 + n * 1000,
    encoding: JSON_ENCODING,
    typeId: ITEM_TYPE,
    typeVersion: ITEM_VERSION,
    payload,
  });
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
