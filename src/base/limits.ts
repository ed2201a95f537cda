/** Every limit on untrusted input, in one place. */
/** Each has a test at the limit and one past it. Sizes in bytes unless the name says otherwise. */

const KiB = 1024;
const MiB = 1024 * KiB;

export const limits = {
  /** One payload, raw. Over it the turn is reported, never trimmed. */
  payload: 64 * MiB,
  /** A payload over this leaves the tile and becomes a blob file. */
  inlinePayload: 64 * KiB,
  /** A conversation's meta, as JSON. */
  meta: MiB,
  /** Raw payloads of one tile together, checked before decoding. */
  tileRaw: 16 * MiB,
  /** log2 of the largest zstd window we accept. */
  zstdWindowLog: 23,
  checkpoint: 64 * KiB,
  /** archive.json. */
  archiveInfo: MiB,
  /** Files of a conversation: 256 records of 65,535 bytes with their lengths, 256 hashes, and as many chunks as records. */
  entryTile: 256 * 65_537,
  leafTile: 8 * KiB,
  payloadTile: 17 * MiB,
  /** A blob's file: what does not compress is a little longer than before. */
  blobFile: 65 * MiB,
  /** Levels of arrays and objects in JSON or MessagePack, counted without recursion. */
  jsonDepth: 512,
  /** One line of a session file; a longer one is passed over without being held in memory. */
  sourceLine: 64 * MiB,
  /** A longer line is walked where it stands: its long texts and large values are never values in memory. */
  farLine: 4 * MiB,
  /** Code longer than this is shown without colours. */
  highlight: 256 * KiB,
  imageSide: 16_384,
  imagePixels: 64_000_000,
} as const;
