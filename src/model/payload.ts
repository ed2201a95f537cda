/** How a payload is understood: one row for each kind of payload, by type id, version and encoding. */
/** Whoever shows, counts, searches, publishes or collects blobs asks here. What has no row can be kept, and not looked into. */

import { decodeUtf8 } from '../base/bytes.ts';
import { JsonError } from '../base/errors.ts';
import { type JsonValue, parseJson } from '../base/json.ts';
import { findRepeatedMember } from '../base/read-canonical.ts';
import { BadItemError } from './errors.ts';
import { type BlobHash, blobHash } from './ids.ts';
import { decodeItem, ITEM_TYPE, ITEM_VERSION, type Item } from './item.ts';
import { type ItemText, itemText, listStrings } from './item-text.ts';
import { JSON_ENCODING, type Turn } from './turn.ts';

/** What a turn says of its payload. */
export type PayloadType = Pick<Turn, 'typeId' | 'typeVersion' | 'encoding'>;

/** What of a payload can be searched. */
export interface PayloadWords extends ItemText {
  /** Empty: nobody in particular. */
  readonly role: string;
  readonly model?: string;
}

/** Each function throws BadItemError when the bytes are not what their type says. */
export interface Projection {
  readonly fits: (type: PayloadType) => boolean;
  /** How it is shown and counted. */
  readonly toItem: (bytes: Uint8Array, type: PayloadType) => Item;
  readonly toWords: (bytes: Uint8Array) => PayloadWords;
  /** Everything that stands in it, for a scanner: no member is left out, none hides behind another of its name. */
  readonly toJson: (bytes: Uint8Array) => JsonValue;
  /** Blobs that it names, perhaps some that it only mentions. Never throws. */
  readonly listBlobs: (bytes: Uint8Array) => readonly BlobHash[];
}

/** The payloads that importers make. */
export const ITEM_PAYLOAD: PayloadType = { typeId: ITEM_TYPE, typeVersion: ITEM_VERSION, encoding: JSON_ENCODING };

/** The first row that fits counts. */
const projections: readonly Projection[] = [
  {
    fits: (type) => type.typeId === ITEM_TYPE && type.typeVersion === ITEM_VERSION && type.encoding === JSON_ENCODING,
    toItem: decodeItem,
    toWords: (bytes) => {
      const item = decodeItem(bytes);
      return { role: item.role, ...(item.model === undefined ? {} : { model: item.model }), ...itemText(item) };
    },
    toJson: (bytes) => decodeItem(bytes) as unknown as JsonValue,
    listBlobs: listBlobParts,
  },
  {
    // JSON of another program, or of a later turnpress: kept byte for byte, its strings are all we know
    fits: ({ encoding }) => encoding === JSON_ENCODING,
    toItem: (bytes, type) => noticeOf(bytes, type),
    toWords: (bytes) => ({
      role: '',
      text: listStrings(parseForeign(bytes)).join('\n'),
      reasoning: '',
      toolOutput: '',
    }),
    toJson: parseForeign,
    listBlobs: () => [],
  },
];

/** Undefined: its bytes are of a kind that this version cannot look into. */
export function findProjection(type: PayloadType): Projection | undefined {
  return projections.find((row) => row.fits(type));
}

/** What can be shown of a payload; of one that has no row, its type and size. Throws BadItemError. */
export function projectPayload(type: PayloadType, bytes: Uint8Array): Item {
  return findProjection(type)?.toItem(bytes, type) ?? noticeOf(bytes, type);
}

/** The same, and undefined where the bytes are not what their type says. */
export function findItem(type: PayloadType, bytes: Uint8Array): Item | undefined {
  try {
    return projectPayload(type, bytes);
  } catch (error) {
    if (error instanceof BadItemError) return undefined;
    throw error;
  }
}

/** Why the bytes are not what their type says. Undefined: they are, or nobody can look into them. */
export function findPayloadProblem(type: PayloadType, bytes: Uint8Array): string | undefined {
  try {
    findProjection(type)?.toJson(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof BadItemError) return error.message;
    throw error;
  }
}

/** Hashes of the blobs that a payload names. */
export function listBlobs(type: PayloadType, bytes: Uint8Array): readonly BlobHash[] {
  return findProjection(type)?.listBlobs(bytes) ?? [];
}

function noticeOf(bytes: Uint8Array, { typeId, typeVersion }: PayloadType): Item {
  const content = `A record of type ${typeId}, version ${typeVersion}, ${bytes.length} bytes. The archive keeps it byte for byte.`;
  return { role: 'system', note: 'notice', parts: [{ type: 'text', content }] };
}

function parseForeign(bytes: Uint8Array): JsonValue {
  const text = decodeUtf8(bytes);
  try {
    const value = parseJson(text);
    const repeated = findRepeatedMember(text);
    if (repeated !== undefined) throw new BadItemError(`the member ${repeated.slice(0, 200)} stands twice`);
    return value;
  } catch (cause) {
    if (cause instanceof JsonError) throw new BadItemError(cause.message, cause);
    throw cause;
  }
}

const BLOB_PART = Buffer.from('"type":"blob"');

/** Read from the bytes, so that a blob that a bad item names is not taken for one that nobody needs. */
function listBlobParts(payload: Uint8Array): readonly BlobHash[] {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (!bytes.includes(BLOB_PART)) return [];
  const found = decodeUtf8(payload).matchAll(/"hash":"([0-9a-f]{64})"/g);
  return [...found].flatMap(([, hash]) => (hash === undefined ? [] : [blobHash(hash)]));
}
