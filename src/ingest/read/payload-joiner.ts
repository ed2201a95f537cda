/** The payloads of one part of a source, end to end in one buffer. */
/** Each is written once, where it stays: thousands of small buffers and their copies would cost as much again. */

export interface Joiner {
  /** The UTF-8 of a text, or of the pieces of one, where it stands now: good until the next one is added. */
  add(text: string | Iterable<string>): Uint8Array;
  /** Takes away what stands from `length` on. */
  cut(length: number): void;
  length(): number;
  /** All that was added, at the start of a buffer of their own that may be larger. */
  bytes(): Uint8Array;
}

/** `expected`: about how many bytes there will be. */
export function createJoiner(expected: number): Joiner {
  let buffer = Buffer.allocUnsafeSlow(expected);
  let at = 0;
  const write = (text: string) => {
    // a unit takes three bytes at most: how many they are is only counted where that could be too many
    const need = at + 3 * text.length > buffer.length ? at + Buffer.byteLength(text) : 0;
    if (need > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, need));
      larger.set(buffer.subarray(0, at));
      buffer = larger;
    }
    at += buffer.write(text, at);
  };
  return {
    add(text) {
      const start = at;
      if (typeof text === 'string') write(text);
      else for (const piece of text) write(piece);
      return buffer.subarray(start, at);
    },
    cut(length) {
      at = length;
    },
    length: () => at,
    bytes: () => buffer.subarray(0, at),
  };
}
