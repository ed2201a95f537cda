/** Reads CBOR (RFC 8949) as Pagefind writes its index: whole numbers, texts, lists, and nothing else. */
/** The build reads which words a part has, the search page where they stand. */

export type Cbor = number | string | readonly Cbor[];

const decoder = new TextDecoder();

/** Throws a RangeError for what ends too early, is of another kind, or is followed by anything. */
export function decodeCbor(bytes: Uint8Array): Cbor {
  let at = 0;
  const read = (): Cbor => {
    const head = bytes[at++] ?? 0xff;
    const length = readNumber(head & 0x1f);
    switch (head >> 5) {
      case 0:
        return length;
      case 1:
        return -1 - length;
      case 3:
        return readText(length);
      case 4:
        // each member takes a byte or more
        if (length > bytes.length - at) throw new RangeError('a list that is longer than the file');
        return Array.from({ length }, read);
      default:
        throw new RangeError(`CBOR of a kind that is not read here: ${head}`);
    }
  };
  const readNumber = (info: number): number => {
    if (info < 24) return info;
    const size = info <= 27 ? 2 ** (info - 24) : 0;
    if (size === 0 || at + size > bytes.length) throw new RangeError('a number that ends too early');
    let value = 0;
    for (const end = at + size; at < end; at++) value = value * 256 + (bytes[at] ?? 0);
    return value;
  };
  const readText = (length: number): string => {
    if (at + length > bytes.length) throw new RangeError('a text that ends too early');
    at += length;
    return decoder.decode(bytes.subarray(at - length, at));
  };
  const value = read();
  if (at !== bytes.length) throw new RangeError('bytes behind the end');
  return value;
}
