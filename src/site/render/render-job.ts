/** Renders the turns of one page from plain data, on any thread. */
/** The same function runs on the main thread and in workers, so where it runs cannot change a byte. */

import { type EncodedHtml, encodeHtml, joinHtml, type SafeHtml, trustHtml } from '../../base/html.ts';
import type { BlobHash } from '../../model/ids.ts';
import type { ToolCallPart } from '../../model/item.ts';
import { encodeTurnPack, type TurnSpan } from '../state/pages/turn-pack.ts';
import type { Row } from '../view/rows.ts';
import type { BlobPlace } from './blob-address.ts';
import { turnMarkdown } from './portable/turn-markdown.ts';
import { type AnsweringTurn, renderTurn } from './turn.ts';

/** Plain data only: it is copied between threads. */
export interface RenderJob {
  readonly rows: readonly Row<AnsweringTurn>[];
  /** Safe HTML that stands before each row, and one more: behind the last. */
  readonly around: readonly SafeHtml[];
  /** The same for the conversation's Markdown. */
  readonly beside: readonly string[];
  /** Calls on earlier pages that turns of this one answer. */
  readonly calls: readonly ToolCallPart[];
  /** Of blobs that are shown, or cannot be read. */
  readonly blobs: ReadonlyMap<BlobHash, BlobPlace>;
  /** Folders that the session was held in. */
  readonly folders: readonly string[];
  /** Rows from an earlier build, by `rowName`. */
  readonly known: ReadonlyMap<string, string>;
}

export interface RenderResult {
  /** The turns and what stands around them. */
  readonly body: EncodedHtml;
  /** The turns, packed for the next build (turn-pack.ts). */
  readonly pack: Uint8Array;
  /** The same turns as a piece of the conversation's Markdown. */
  readonly markdown: string;
}

export function runRenderJob(job: RenderJob): RenderResult {
  const calls = new Map(job.calls.map((call) => [call.id, call]));
  for (const { turn } of job.rows) {
    for (const part of turn.item.parts) if (part.type === 'tool_call') calls.set(part.id, part);
  }
  const findBlob = (hash: BlobHash): BlobPlace | undefined => job.blobs.get(hash);
  const pieces: SafeHtml[] = [];
  const spans: TurnSpan[] = [];
  const blocks: string[] = [];
  let length = 0;
  const add = (piece: SafeHtml): void => {
    pieces.push(piece);
    length += piece.length;
  };
  for (const [i, row] of job.rows.entries()) {
    add(job.around[i] ?? NOTHING);
    const start = length;
    const { turn, answers, sameMinute } = row;
    const name = rowName(row);
    const known = job.known.get(name);
    // What is known was rendered here by an earlier build; the state that kept it is private to the archive's owner.
    if (known !== undefined) add(trustHtml(known));
    else add(renderTurn({ turn, item: turn.item, answers, calls, findBlob, sameMinute, folders: job.folders }));
    spans.push([name, start, length]);
    blocks.push(job.beside[i] ?? '', turnMarkdown(row, job.folders));
  }
  add(job.around[job.rows.length] ?? NOTHING);
  const body = encodeHtml(joinHtml(pieces));
  blocks.push(job.beside[job.rows.length] ?? '');
  const markdown = blocks.filter((block) => block !== '').join('\n\n');
  return { body, pack: encodeTurnPack(spans, body), markdown };
}

/** Of all that a row shows: its turn, the results in it, and whether its time is shown. */
function rowName({ turn, answers, sameMinute }: Row<AnsweringTurn>): string {
  return [sameMinute ? '=' : '', turn.hash, ...[...answers.values()].map(({ hash }) => hash)].join(' ');
}

const NOTHING = trustHtml('');
