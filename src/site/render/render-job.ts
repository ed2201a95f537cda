/** Renders the turns of one page from plain data, on any thread. */
/** The same function runs on the main thread and in workers, so where it runs cannot change a byte. */

import { encodeUtf8 } from '../../base/bytes.ts';
import { compressZstd } from '../../base/zstd.ts';
import type { BlobHash } from '../../model/ids.ts';
import type { Item, ToolCallPart } from '../../model/item.ts';
import { type RenderedTurn, renderTurn } from './turn.ts';

/** Stands for the address of a blob whose bytes are missing or damaged, which is another thing than one that is not shown. */
export const UNREADABLE_BLOB = '';

/** Plain data only: it is copied between threads. */
export interface RenderJob {
  readonly turns: readonly (RenderedTurn & { readonly item: Item })[];
  /** Calls on earlier pages that turns of this one answer. */
  readonly calls: readonly ToolCallPart[];
  /** Blobs that have an address, or UNREADABLE_BLOB, by hash. */
  readonly blobs: ReadonlyMap<BlobHash, string>;
  /** Turns from an earlier build, by hash. */
  readonly known: ReadonlyMap<string, string>;
}

export interface RenderResult {
  /** Safe HTML of each turn, in order: whatever crosses a thread is a string again. */
  readonly turns: readonly string[];
  /** The same, packed for the next build (turn-pack.ts). */
  readonly pack: Uint8Array;
}

export function runRenderJob(job: RenderJob): RenderResult {
  const calls = new Map(job.calls.map((call) => [call.id, call]));
  for (const { item } of job.turns) {
    for (const part of item.parts) if (part.type === 'tool_call') calls.set(part.id, part);
  }
  const blobUrl = (hash: BlobHash): string | undefined => job.blobs.get(hash);
  const turns = job.turns.map(
    (turn) => job.known.get(turn.hash) ?? renderTurn({ turn, item: turn.item, calls, blobUrl }),
  );
  const pairs = job.turns.map((turn, i) => [turn.hash, turns[i] ?? '']);
  return { turns, pack: compressZstd(encodeUtf8(JSON.stringify(pairs)), 1) };
}
