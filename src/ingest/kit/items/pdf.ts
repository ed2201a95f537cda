/** PDF documents without what says who made them: /Info, XMP, tags of photographs inside. */
/** Bytes are overwritten where they stand, so that every offset of the file stays true; nothing is parsed that need not be. */

import { deflateSync, inflateSync } from 'node:zlib';

/**
 * A copy of the same length. Undefined: it cannot be cleaned, because it is encrypted, cut off, packed in a way that is not known
 * here, or what it says of its origin is not where it should be. A clean document comes out equal.
 */
export function stripPdf(bytes: Uint8Array): Uint8Array | undefined {
  const out = Buffer.from(bytes);
  const text = out.toString('latin1');
  const isWhole = text.startsWith('%PDF-') && text.slice(-2048).includes('%%EOF');
  if (!isWhole || /\/Encrypt\s{1,8}(?:\d|<<)|\/Info\s{0,8}<</.test(text)) return undefined;
  const infos = new Set([...text.matchAll(INFO)].map((match) => Number(match.groups?.number)));
  const streams = findStreams(text);
  if (streams === undefined || infos.size > MOST_INFOS) return undefined;
  const file: File = { out, text, infos, blanked: new Set(), left: { inflated: MOST_INFLATED } };
  if (!blankObjects(file) || !streams.every((stream) => cleanStream(file, stream))) return undefined;
  if (file.blanked.size < infos.size) return undefined;
  blankPackets(out, text);
  return new Uint8Array(out.buffer, out.byteOffset, out.length);
}

interface File {
  readonly out: Buffer;
  readonly text: string;
  /** Numbers of the objects that say who made it: of every version of the file that is still in it. */
  readonly infos: ReadonlySet<number>;
  /** Those of them that were found and emptied. */
  readonly blanked: Set<number>;
  /** Characters that may still be unpacked: a bomb is not looked into. */
  readonly left: { inflated: number };
}

interface Stream {
  /** Its dictionary, with what stands before it. */
  readonly dict: string;
  readonly dictAt: number;
  readonly from: number;
  readonly to: number;
}

const SPACE = 0x20;
const MOST_STREAMS = 200_000;
const MOST_INFOS = 16;
/** Objects that are emptied: each version of the file has one, and each may point to a few. */
const MOST_BLANKED = 256;
const MOST_INFLATED = 1 << 27;
const LONGEST_DICT = 4000;
const INFO = /\/Info\s{1,8}(?<number>\d{1,9})\s{1,8}\d{1,5}\s{1,8}R/g;
const REFERENCE = /(?<![0-9])(?<number>\d{1,9})\s{1,8}\d{1,5}\s{1,8}R/g;
const OBJECT = /(?<![0-9])(?<number>\d{1,9})\s{1,8}\d{1,5}\s{1,8}obj\s{0,8}/g;

/** Undefined when one has no end, or there are too many. */
function findStreams(text: string): readonly Stream[] | undefined {
  const streams: Stream[] = [];
  let before = 0;
  for (let at = text.indexOf('stream'); at !== -1; at = text.indexOf('stream', at + 6)) {
    const begin = /^stream\r?\n/.exec(text.slice(at, at + 8));
    if (begin === null || !/>>\s{0,8}$/.test(text.slice(Math.max(0, at - 10), at))) continue;
    const from = at + begin[0].length;
    const near = Math.max(before, at - LONGEST_DICT);
    const dictAt = near + Math.max(0, text.slice(near, at).lastIndexOf(' obj'));
    const dict = text.slice(dictAt, at);
    const length = /\/Length\s{1,8}(\d{1,10})(?!\s{1,8}\d{1,5}\s{1,8}R)/.exec(dict)?.[1];
    const declared = length === undefined ? -1 : from + Number(length);
    const isRight = declared >= from && /^\s{0,4}endstream/.test(text.slice(declared, declared + 16));
    const to = isRight ? declared : text.indexOf('endstream', from);
    if (to === -1 || streams.length >= MOST_STREAMS) return undefined;
    streams.push({ dict, dictAt, from, to });
    before = to;
    at = to + 3;
  }
  return streams;
}

/** Empties every version of the objects that stand in the open, and the strings that they point to. False: there are too many. */
function blankObjects({ out, text, infos, blanked }: File): boolean {
  const bodies = findBodies(text, infos);
  const strings = new Set(
    (bodies ?? []).flatMap(({ body }) => [...body.matchAll(REFERENCE)].map((match) => Number(match.groups?.number))),
  );
  const pointed = bodies === undefined ? undefined : findBodies(text, strings);
  if (bodies === undefined || pointed === undefined) return false;
  for (const { number, from, body } of bodies) {
    if (!body.startsWith('<<')) continue;
    out.fill(SPACE, from + 2, Math.max(from + 2, from + body.lastIndexOf('>>')));
    blanked.add(number);
  }
  for (const { from, body } of pointed) {
    const [start, end] = insideString(body, from);
    if (end > start) out.fill(SPACE, start, end);
  }
  return true;
}

/** What stands between `obj` and `endobj`, without streams; undefined when there is too much of it, or it does not end. */
function findBodies(text: string, numbers: ReadonlySet<number>) {
  const bodies: { readonly number: number; readonly from: number; readonly body: string }[] = [];
  if (numbers.size === 0) return bodies;
  for (const match of text.matchAll(OBJECT)) {
    const number = Number(match.groups?.number);
    if (!numbers.has(number)) continue;
    const from = match.index + match[0].length;
    const to = text.indexOf('endobj', from);
    if (to === -1 || bodies.length >= MOST_BLANKED) return undefined;
    const body = text.slice(from, to);
    if (!/\bstream\b/.test(body)) bodies.push({ number, from, body });
  }
  return bodies;
}

/** A string keeps its brackets. */
function insideString(body: string, from: number): readonly [start: number, end: number] {
  const end = Math.max(body.lastIndexOf(')'), body.lastIndexOf('>'));
  return /^[(<]/.test(body) && end > 0 ? [from + 1, from + end] : [from, from];
}

/** False: it may hold what must go, and cannot be looked into. */
function cleanStream(file: File, stream: Stream): boolean {
  const { dict, from, to } = stream;
  if (/\/Type\s{0,8}\/Metadata\b|\/Subtype\s{0,8}\/XML\b/.test(dict)) {
    // without its filter the blanks are the stream
    for (const match of dict.matchAll(
      /\/(?:Filter|DecodeParms)\s{0,8}(?:\/\w{1,20}|\[[^\]]{0,200}\]|<<[^>]{0,200}>>)/g,
    )) {
      file.out.fill(SPACE, stream.dictAt + match.index, stream.dictAt + match.index + match[0].length);
    }
    file.out.fill(SPACE, from, to);
    return true;
  }
  if (/\/Type\s{0,8}\/ObjStm\b/.test(dict)) return cleanObjects(file, stream);
  if (/\/DCTDecode\b/.test(dict) && file.out[from] === 0xff && file.out[from + 1] === 0xd8)
    blankTags(file.out, from, to);
  return true;
}

/** Objects that are packed together: they are unpacked, emptied, packed again, and must not be longer than they were. */
function cleanObjects({ out, infos, blanked, left }: File, { dict, from, to }: Stream): boolean {
  if (!/\/Filter\s{0,8}\[?\s{0,8}\/FlateDecode\b/.test(dict) || /\/DecodeParms/.test(dict)) return false;
  const first = Number(/\/First\s{1,8}(\d{1,9})/.exec(dict)?.[1] ?? Number.NaN);
  const text = inflate(out.subarray(from, to), left.inflated)?.toString('latin1');
  left.inflated -= text?.length ?? 0;
  if (text === undefined || Number.isNaN(first)) return false;
  const numbers = text.slice(0, first).trim().split(/\s+/).map(Number);
  let cleaned = text;
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    if (!infos.has(numbers[i] ?? -1)) continue;
    const start = first + (numbers[i + 1] ?? 0);
    const end = i + 3 < numbers.length ? first + (numbers[i + 3] ?? 0) : text.length;
    const body = text.slice(start, end).trimEnd();
    // what stands elsewhere would have to be followed
    if (!body.startsWith('<<') || !body.endsWith('>>') || /\s\d{1,9}\s{1,8}\d{1,5}\s{1,8}R/.test(body)) return false;
    cleaned = `${cleaned.slice(0, start + 2)}${' '.repeat(body.length - 4)}${cleaned.slice(start + body.length - 2)}`;
    blanked.add(numbers[i] ?? -1);
  }
  if (cleaned === text) return true;
  const packed = deflateSync(Buffer.from(cleaned, 'latin1'), { level: 9 });
  if (packed.length > to - from) return false;
  out.fill(0, from, to);
  packed.copy(out, from);
  return true;
}

function inflate(packed: Uint8Array, most: number): Buffer | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(1, most) });
  } catch {
    // broken, or a bomb: it cannot be looked into
    return undefined;
  }
}

/** Segments of a photograph that programs write beside the picture: APP1 to APP13, APP15 and comments keep their length only. */
function blankTags(out: Buffer, from: number, to: number): void {
  for (let at = from + 2; at + 4 <= to && out[at] === 0xff; ) {
    const marker = out[at + 1] ?? 0;
    if (marker === 0xda || marker === 0xd9) return;
    const end = at + 2 + out.readUInt16BE(at + 2);
    const isTag = (marker >= 0xe1 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;
    if (isTag && end <= to) out.fill(0, at + 4, end);
    at = end;
  }
}

/** XMP wherever it stands: it says where it begins and ends. */
function blankPackets(out: Buffer, text: string): void {
  for (let at = text.indexOf('<?xpacket begin'); at !== -1; ) {
    const end = text.indexOf('<?xpacket end', at);
    if (end === -1) return;
    out.fill(SPACE, at, text.indexOf('>', end) + 1 || text.length);
    at = text.indexOf('<?xpacket begin', end);
  }
}
