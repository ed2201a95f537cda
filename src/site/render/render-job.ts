/** Renders the turns of one page from plain data, on any thread. */
/** The same function runs on the main thread and in workers, so where it runs cannot change a byte. */

import { type EncodedHtml, encodeHtml, joinHtml, type SafeHtml, trustHtml } from '../../base/html.ts';
import type { BlobHash } from '../../model/ids.ts';
import type { Item, ToolCallPart } from '../../model/item.ts';
import { encodeTurnPack, type TurnSpan } from '../state/turn-pack.ts';
import { renderTurn } from './turn.ts';
import type { RenderedTurn } from './turn-frame.ts';

/** Plain data only: it is copied between threads. */
export interface RenderJob {
  readonly turns: readonly (RenderedTurn & { readonly item: Item })[];
  /** Safe HTML that stands before each turn, and one more: behind the last. */
  readonly around: readonly SafeHtml[];
  /** Calls on earlier pages that turns of this one answer. */
  readonly calls: readonly ToolCallPart[];
  /** Blobs that have an address, or UNREADABLE_BLOB, by hash. */
  readonly blobs: ReadonlyMap<BlobHash, string>;
  /** Turns from an earlier build, by hash. */
  readonly known: ReadonlyMap<string, string>;
}

export interface RenderResult {
  /** The turns and what stands around them. */
  readonly body: EncodedHtml;
  /** The turns, packed for the next build (turn-pack.ts). */
  readonly pack: Uint8Array;
}

export function runRenderJob(job: RenderJob): RenderResult {
  const calls = new Map(job.calls.map((call) => [call.id, call]));
  for (const { item } of job.turns) {
    for (const part of item.parts) if (part.type === 'tool_call') calls.set(part.id, part);
  }
  const blobUrl = (hash: BlobHash): string | undefined => job.blobs.get(hash);
  const pieces: SafeHtml[] = [];
  const spans: TurnSpan[] = [];
  let length = 0;
  const add = (piece: SafeHtml): void => {
    pieces.push(piece);
    length += piece.length;
  };
  for (const [i, turn] of job.turns.entries()) {
    add(job.around[i] ?? NOTHING);
    const start = length;
    const known = job.known.get(turn.hash);
    // What is known was rendered here by an earlier build; the state that kept it is private to the archive's owner.
    add(known === undefined ? renderTurn({ turn, item: turn.item, calls, blobUrl }) : trustHtml(known));
    spans.push([turn.hash, start, length]);
  }
  add(job.around[job.turns.length] ?? NOTHING);
  const body = encodeHtml(joinHtml(pieces));
  return { body, pack: encodeTurnPack(spans, body) };
}

const NOTHING = trustHtml('');
