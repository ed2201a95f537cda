/** Everything of a turn that would go out, as values that a scanner can look into, or the word that it cannot. */
/** Read in pieces, so a conversation of any length needs the memory of one piece. */

import { isUtf8 } from 'node:buffer';
import type { ArchiveReader } from '../../archive/archive.ts';
import { decodeUtf8 } from '../../base/bytes.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import type { JsonValue } from '../../base/json.ts';
import { BadItemError } from '../../model/errors.ts';
import type { BlobHash } from '../../model/ids.ts';
import { ITEM_TYPE } from '../../model/item.ts';
import { findProjection } from '../../model/payload.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';

/** One thing that goes out with a turn. What was taken back does not go out; `damaged`: its bytes are not there. */
export interface Outgoing {
  readonly turn: LoggedTurn;
  readonly found: 'damaged' | { readonly value: JsonValue } | { readonly unseen: string };
}

/** Turns whose payloads are read at once, and their raw bytes, unless a single one is larger. */
const PIECE = 128;
const PIECE_BYTES = 4 * 1024 * 1024;

/** In the order of the turns: the payload, then the blobs that it names and that can be read as text. */
export function* walkOutgoing(archive: ArchiveReader, turns: readonly LoggedTurn[]): Generator<Outgoing> {
  let piece: LoggedTurn[] = [];
  let bytes = 0;
  for (const turn of turns) {
    piece.push(turn);
    bytes += turn.rawLength;
    if (piece.length < PIECE && bytes < PIECE_BYTES) continue;
    yield* walkPiece(archive, piece);
    piece = [];
    bytes = 0;
  }
  yield* walkPiece(archive, piece);
}

function* walkPiece(archive: ArchiveReader, turns: readonly LoggedTurn[]): Generator<Outgoing> {
  const payloads = archive.readPayloads(turns);
  for (const [i, turn] of turns.entries()) {
    const payload = payloads[i];
    if (payload === undefined) continue;
    if (turn.typeId !== ITEM_TYPE) yield { turn, found: { value: turn.typeId } };
    if (payload.status === 'withheld') continue;
    if (payload.status === 'damaged') yield { turn, found: 'damaged' };
    else yield* walkPayload(archive, turn, payload);
  }
}

function* walkPayload(
  archive: ArchiveReader,
  turn: LoggedTurn,
  { bytes }: Extract<Payload, { status: 'present' }>,
): Generator<Outgoing> {
  const projection = findProjection(turn);
  if (projection === undefined) {
    yield { turn, found: { unseen: `its content, of type ${turn.typeId.slice(0, 80)}, cannot be looked into` } };
    return;
  }
  yield { turn, found: lookInto(() => projection.toJson(bytes)) };
  for (const blob of projection.listBlobs(bytes)) {
    const text = readText(archive, blob);
    if (text === 'damaged') yield { turn, found: 'damaged' };
    else if (text !== undefined) yield { turn, found: { value: text } };
  }
}

function lookInto(parse: () => JsonValue): Outgoing['found'] {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof BadItemError) return { unseen: messageOf(error) };
    throw error;
  }
}

/**
 * The text of a blob. Undefined: it is no text; pictures go out only when `images.publish` says so and then without all that is
 * no picture, and no other kind of blob goes out.
 */
function readText(archive: ArchiveReader, blob: BlobHash): string | 'damaged' | undefined {
  let bytes: Uint8Array | undefined;
  try {
    bytes = archive.readBlob(blob);
  } catch (error) {
    if (error instanceof TurnpressError) return 'damaged';
    throw error;
  }
  if (bytes === undefined) return 'damaged';
  return isUtf8(bytes) && !bytes.includes(0) ? decodeUtf8(bytes) : undefined;
}
