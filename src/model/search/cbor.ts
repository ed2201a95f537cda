/** Reads CBOR (RFC 8949) as Pagefind writes its index: whole numbers, texts, lists, and nothing else. */
/** The build reads which words a part has, the search page where they stand. */

export type Cbor = number | string | readonly Cbor[];

const decoder = new TextDecoder();

/** Where a value begins and what stands behind it. */
interface Head {
  /** The upper three bits of its first byte: 0 and 1 are numbers, 3 a text, 4 a list. */
  readonly kind: number;
  /** Its value, its bytes, or its members. */
  readonly length: number;
  readonly end: number;
}

/** Throws a RangeError for what ends too early, is of another kind, or is followed by anything. */
export function decodeCbor(bytes: Uint8Array): Cbor {
  const { value, end } = decodeCborAt(bytes, 0);
  if (end !== bytes.length) throw new RangeError('bytes behind the end');
  return value;
}

/** The value that begins there, and where the next one does. Throws a RangeError like `decodeCbor`. */
export function decodeCborAt(bytes: Uint8Array, start: number): { readonly value: Cbor; readonly end: number } {
  let at = start;
  const read = (): Cbor => {
    const { kind, length, end } = headAt(bytes, at);
    at = end;
    if (kind === 0) return length;
    if (kind === 1) return -1 - length;
    if (kind === 4) return Array.from({ length }, read);
    at += length;
    return decoder.decode(bytes.subarray(at - length, at));
  };
  return { value: read(), end: at };
}

/** Where the members of a list begin. They are passed over and not made: of hundreds one is asked for. Throws a RangeError for no list, and like `decodeCbor`. */
export function listMembers(bytes: Uint8Array, start: number): readonly number[] {
  const { kind, length, end } = headAt(bytes, start);
  if (kind !== 4) throw new RangeError('no list where one begins');
  const starts: number[] = [];
  for (let at = end; starts.length < length; at = passOver(bytes, at)) starts.push(at);
  return starts;
}

function passOver(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let left = 1; left > 0; left--) {
    const head = bytes[at] ?? 0xff;
    // most of an index is numbers of one byte
    if (head < 24) at++;
    else {
      const { kind, length, end } = headAt(bytes, at);
      at = kind === 3 ? end + length : end;
      if (kind === 4) left += length;
    }
  }
  return at;
}

function headAt(bytes: Uint8Array, at: number): Head {
  const first = bytes[at] ?? 0xff;
  const [kind, info] = [first >> 5, first & 0x1f];
  if (kind === 2 || kind > 4) throw new RangeError(`CBOR of a kind that is not read here: ${first}`);
  const size = info < 24 ? 0 : info <= 27 ? 2 ** (info - 24) : bytes.length;
  const end = at + 1 + size;
  if (end > bytes.length) throw new RangeError('a number that ends too early');
  let length = info < 24 ? info : 0;
  for (let i = at + 1; i < end; i++) length = length * 256 + (bytes[i] ?? 0);
  // each member of a list takes a byte or more
  if (kind > 1 && length > bytes.length - end) throw new RangeError('a text or a list that is longer than the file');
  return { kind, length, end };
}
