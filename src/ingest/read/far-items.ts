/** What becomes of texts that stay in the source: a short one is fetched into its item, a long one is attached to it. */
/** Either way it is redacted, a piece at a time, before anything of it is hashed. */

import { blake3HexOfPieces, openBlake3 } from '../../base/blake3.ts';
import { decodeUtf8, encodeHex, releaseBytes } from '../../base/bytes.ts';
import { LimitError, ZstdError } from '../../base/errors.ts';
import { isJsonObject, type JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { compressZstdBeside } from '../../base/zstd.ts';
import { blobHash } from '../../model/ids.ts';
import type { BlobPart, Item } from '../../model/item.ts';
import type { Counts, Redactor } from '../../secrets/secrets.ts';
import type { ImportedBlob } from '../kit/importer.ts';
import { type FarString, findFar } from '../kit/lines/far-texts.ts';
import { compressZstdPieces, decompressZstdPieces } from './zstd-pieces.ts';

export interface SettledItem {
  readonly item: Item;
  readonly blobs: readonly ImportedBlob[];
  /** What redaction did to the attached texts: rule name to count. */
  readonly redactions: Counts;
  readonly findings: Counts;
}

/**
 * The item without far texts: those up to 4 MiB are fetched, up to 8 MiB together; of the others the beginning stays, and the whole is attached as
 * a document behind the other parts. Throws LimitError for one that cannot be kept.
 */
export async function settleFar(item: Item, redactor: Redactor): Promise<SettledItem> {
  const texts = new Map<string, string>();
  const attached: Attached[] = [];
  let fetched = 0;
  for (const text of listStrings(item as unknown as JsonValue)) {
    const far = texts.has(text) ? undefined : findFar(text);
    if (far === undefined) continue;
    if (far.length <= FETCHED && fetched + far.length <= ALL_FETCHED) {
      fetched += far.length;
      texts.set(text, [...far.walk()].join(''));
    } else {
      const one = await attach(far, attached.length, redactor);
      attached.push(one);
      texts.set(text, one.shown);
    }
  }
  const { parts, ...rest } = replace(item as unknown as JsonValue, texts) as unknown as Item;
  return {
    item: { ...rest, parts: [...parts, ...attached.map(({ part }) => part)] },
    blobs: attached.map(({ blob }) => blob),
    redactions: addCounts(...attached.map(({ redactions }) => redactions)),
    findings: addCounts(...attached.map(({ findings }) => findings)),
  };
}

interface Attached {
  /** What stands in the item: its beginning, and a word that it goes on. */
  readonly shown: string;
  readonly part: BlobPart;
  readonly blob: ImportedBlob;
  readonly redactions: Counts;
  readonly findings: Counts;
}

async function attach(far: FarString, number: number, redactor: Redactor): Promise<Attached> {
  const { value, fired, doubtful } = await redactor.redactText(far.walk());
  const size = value.reduce((sum, piece) => sum + piece.length, 0);
  if (size > limits.payload) throw new LimitError('an attached text', limits.payload, { size });
  const hash = blobHash(blake3HexOfPieces(value));
  const shown = `${beginningOf(value)}\n\n[${size} bytes in all: the whole is attached]`;
  const bytes = await compressZstdPieces(value, size, 3);
  await checkFrame(bytes, hash);
  const name = `text-${number + 1}.txt`;
  return {
    shown,
    part: { type: 'blob', modality: 'document', mime_type: 'text/plain', hash, size, name },
    blob: { hash, bytes, framed: true },
    redactions: fired,
    findings: doubtful,
  };
}

/** Up to a line end, when there is one. */
function beginningOf([first = new Uint8Array()]: readonly Uint8Array[]): string {
  const text = decodeUtf8(first.subarray(0, 4 * SHOWN)).slice(0, SHOWN);
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf(' '));
  return (end > 0 ? text.slice(0, end) : text.slice(0, -WIDEST)).toWellFormed();
}

/** What is written is what was compressed. Throws ZstdError. */
async function checkFrame(frame: Uint8Array, hash: string): Promise<void> {
  const hasher = openBlake3();
  try {
    for await (const piece of decompressZstdPieces(frame)) hasher.update(piece);
    if (encodeHex(hasher.digest()) !== hash) throw new ZstdError('a compressed text does not give back what went in');
  } finally {
    hasher.close();
  }
}

/** A large blob as the bytes of its file; its own are let go. */
export async function frameBlob(blob: ImportedBlob): Promise<ImportedBlob> {
  if (blob.framed === true || blob.bytes.length < MUCH) return blob;
  const bytes = await compressZstdBeside(blob.bytes, 3);
  releaseBytes(blob.bytes);
  await checkFrame(bytes, blob.hash);
  return { ...blob, bytes, framed: true };
}

function listStrings(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(listStrings) : [];
}

/** The value with the strings of the map replaced. */
function replace(value: JsonValue, texts: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return texts.get(value) ?? value;
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replace(each, texts)]));
  return Array.isArray(value) ? value.map((each: JsonValue) => replace(each, texts)) : value;
}

export function addCounts(...all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const counts of all) for (const [rule, n] of Object.entries(counts)) sum[rule] = (sum[rule] ?? 0) + n;
  return sum;
}

/** Bytes of a text that is fetched, and of all that are fetched into one item. */
const FETCHED = 4 * 1024 * 1024;
const ALL_FETCHED = 2 * FETCHED;
/** Units of an attached text that are shown in its item. */
const SHOWN = 64 * 1024;
/** Longest token that could be cut where a text has no blank. */
const WIDEST = 4096;
/** Bytes of a blob that are not handed to another thread as they are. */
const MUCH = 8 * 1024 * 1024;
