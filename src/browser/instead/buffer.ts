/** What a page has in the place of Node's Buffer: as much of it as reading records and checkpoints needs. */
/** A page that checks itself runs the archive's own readers; this comes first among its imports. A test holds it against Node's. */

type Encoding = 'utf8' | 'hex' | 'base64' | 'latin1' | 'utf16le';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

class PageBuffer extends Uint8Array {
  readUInt8(at: number): number {
    return this.#view(at, 1).getUint8(0);
  }
  readUInt16LE(at: number): number {
    return this.#view(at, 2).getUint16(0, true);
  }
  readUInt32LE(at: number): number {
    return this.#view(at, 4).getUint32(0, true);
  }
  readBigUInt64LE(at: number): bigint {
    return this.#view(at, 8).getBigUint64(0, true);
  }
  equals(other: Uint8Array): boolean {
    return compare(this, other) === 0;
  }
  override toString(encoding: Encoding = 'utf8', from = 0, to = this.length): string {
    const bytes = this.subarray(from, to);
    if (encoding === 'hex') {
      let text = '';
      for (const byte of bytes) text += HEX[byte];
      return text;
    }
    if (encoding === 'utf8') return utf8.decode(bytes);
    if (encoding === 'utf16le')
      return Array.from({ length: bytes.length >> 1 }, (_, i) => String.fromCharCode(pairAt(bytes, i * 2))).join('');
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    return encoding === 'base64' ? btoa(text) : text;
  }

  #view(at: number, length: number): DataView {
    if (at < 0 || at + length > this.length) throw new RangeError(`nothing stands at ${at} of ${this.length} bytes`);
    return new DataView(this.buffer, this.byteOffset + at, length);
  }
}

/** A TextDecoder would replace surrogates that stand alone. */
function pairAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function from(
  value: string | ArrayBuffer | Iterable<number>,
  encodingOrOffset?: Encoding | number,
  length?: number,
): PageBuffer {
  if (typeof value === 'string') return decode(value, encodingOrOffset as Encoding | undefined);
  if (!(value instanceof ArrayBuffer)) return new PageBuffer([...value]);
  return new PageBuffer(value, Number(encodingOrOffset ?? 0), length);
}

/** As Node does, it reads base64 and hexadecimal as far as they go: who needs one spelling spells it again and compares. */
function decode(text: string, encoding: Encoding = 'utf8'): PageBuffer {
  if (encoding === 'utf8') return new PageBuffer(new TextEncoder().encode(text));
  if (encoding === 'hex')
    return new PageBuffer((text.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16)));
  if (encoding === 'utf16le')
    return new PageBuffer(Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)).buffer);
  const plain =
    encoding === 'latin1' ? text : atob(/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0 ? text : '');
  return new PageBuffer(Array.from({ length: plain.length }, (_, i) => plain.charCodeAt(i) & 0xff));
}

function concat(chunks: readonly Uint8Array[]): PageBuffer {
  const out = new PageBuffer(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(a.length - b.length);
}

const make = (length: number): PageBuffer => new PageBuffer(length);

export const pageBuffer = { from, concat, compare, alloc: make, allocUnsafe: make };
