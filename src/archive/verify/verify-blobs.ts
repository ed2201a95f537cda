/** Blob files against their names, their recorded checksums and the turns that need them. */
/** A blob's damage is named with every turn that it touches, in all conversations that were read. */

import { crc32 } from 'node:zlib';
import { limits } from '../../base/limits.ts';
import type { TurnHash } from '../../model/ids.ts';
import { listBlobs } from '../../model/payload.ts';
import type { DamageReport } from '../contract.ts';
import { DamageError } from '../errors.ts';
import { readArchiveFile } from '../files/archive-file.ts';
import { blobPath, decodeBlob } from '../format/blob-file.ts';
import type { Store } from '../index/store.ts';
import type { SeenMeta, SeenTurn } from '../scan/scan.ts';

/** Which turns need which blobs, collected while conversations are read. */
export class BlobUse {
  readonly #turns = new Map<string, TurnHash[]>();

  note(hash: TurnHash, { record, slot, payload }: SeenTurn): void {
    if (slot?.tag === 'blob') this.#add(record.payloadHash, hash);
    if (payload === undefined) return;
    for (const blob of listBlobs(record, payload)) this.#add(blob, hash);
  }

  noteMeta({ record, slot }: SeenMeta): void {
    if (slot?.tag === 'blob' && !this.#turns.has(record.payloadHash)) this.#turns.set(record.payloadHash, []);
  }

  turnsOf(blob: string): readonly TurnHash[] {
    return this.#turns.get(blob) ?? [];
  }

  listBlobs(): string[] {
    return [...this.#turns.keys()].sort();
  }

  #add(blob: string, turn: TurnHash): void {
    const turns = this.#turns.get(blob);
    if (turns === undefined) this.#turns.set(blob, [turn]);
    else if (turns.at(-1) !== turn) turns.push(turn);
  }
}

/** `all`: every blob file, else only those that `use` names. `reported`: files whose damage was said already. */
export function verifyBlobs(
  store: Store,
  use: BlobUse,
  all: boolean,
  reported: ReadonlySet<string>,
): { readonly damage: DamageReport[]; readonly count: number } {
  const stored = listBlobFiles(store);
  const hashes = [...new Set([...(all ? stored : []), ...use.listBlobs()])].sort();
  const damage: DamageReport[] = [];
  for (const hash of hashes) {
    const file = blobPath(hash);
    if (reported.has(file)) continue;
    const message = problemOf(store, hash);
    if (message !== undefined) damage.push({ kind: 'blob', file, turns: use.turnsOf(hash), message });
  }
  return { damage, count: hashes.length };
}

function problemOf(store: Store, hash: string): string | undefined {
  const file = blobPath(hash);
  let frame: Uint8Array | undefined;
  try {
    frame = readArchiveFile(store.disk, store.dir, file, limits.blobFile);
    if (frame === undefined) return 'the blob file is missing';
    decodeBlob(file, frame, hash);
  } catch (error) {
    if (error instanceof DamageError) return error.problem;
    throw error;
  }
  const known = store.index.findBlob(hash);
  if (known === undefined || (known.length === frame.length && known.crc === crc32(frame))) return undefined;
  return 'its bytes are not those that were written, though it still decompresses to the right content';
}

function listBlobFiles(store: Store): string[] {
  const folders = store.disk.list(store.path('blobs')) ?? [];
  return folders.flatMap((folder) =>
    (store.disk.list(store.path(`blobs/${folder}`)) ?? []).flatMap((name) => {
      const hash = name.slice(0, 64);
      return blobPath(hash) === `blobs/${folder}/${name}` && /^[0-9a-f]{64}$/.test(hash) ? [hash] : [];
    }),
  );
}
