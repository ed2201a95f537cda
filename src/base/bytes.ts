/** Small work on byte arrays: joining, comparing, hexadecimal. */
/** So that no room invents its own; everything here is pure and synchronous. */

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8 bytes of a string. A lone surrogate becomes U+FFFD: call `toWellFormed()` before where that matters. */
export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** The string in UTF-8 bytes; invalid sequences become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8Decoder.decode(bytes);
}

/** Lowercase hexadecimal, two digits a byte. */
export function encodeHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Bytes of an even number of hexadecimal digits. The caller has checked the digits. */
export function decodeHex(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex');
}

/** One new array with the given ones one after the other. */
export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(chunks);
}

/** Same length and same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Gives back the memory of bytes that have a buffer to themselves: nobody may look at them any more. Without it much stays until the collector comes. */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** The same bytes, copied when the buffer behind them is notably larger: whoever keeps them keeps no more than them. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  const spare = bytes.buffer.byteLength - bytes.byteLength;
  return spare > 256 + bytes.byteLength / 8 ? new Uint8Array(bytes) : bytes;
}
