/** Small images of every kind that can be shown, put together by hand, byte by byte. */
/** Each has something in it that must not be published. */

import { concatBytes, encodeUtf8 } from '../../src/base/bytes.ts';

export const canary = Buffer.from('canary-medlar');

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function pngChunk(name: string, data: Uint8Array): Uint8Array {
  return concatBytes([uint32(data.length), encodeUtf8(name), data, uint32(0)]);
}

export function png(width: number, height: number): Uint8Array {
  const head = concatBytes([uint32(width), uint32(height), new Uint8Array([8, 6, 0, 0, 0])]);
  const chunks = [
    pngChunk('IHDR', head),
    pngChunk('tEXt', canary),
    pngChunk('eXIf', canary),
    pngChunk('pHYs', canary),
    pngChunk('gAMA', canary),
    pngChunk('IDAT', new Uint8Array(9)),
  ];
  return concatBytes([
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...chunks,
    pngChunk('IEND', new Uint8Array()),
  ]);
}

function segment(marker: number, data: Uint8Array): Uint8Array {
  return concatBytes([new Uint8Array([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);
}

function jpeg(): Uint8Array {
  const frame = new Uint8Array([8, 0, 4, 0, 5, 1, 1, 0x11, 0]);
  const parts = [
    segment(0xe0, concatBytes([encodeUtf8('JFIF\0'), new Uint8Array([1, 2, 0, 0, 1, 0, 1, 0, 0])])),
    segment(0xe0, concatBytes([encodeUtf8('JFXX\0'), canary])),
    segment(0xe1, canary),
    segment(0xee, concatBytes([encodeUtf8('Adobe'), canary])),
    segment(0xf7, canary),
    segment(0xc8, canary),
    segment(0xfe, canary),
    segment(0xc0, frame),
  ];
  // A scan with a byte 0xff and a restart in it; then a comment that holds what looks like the end, and a second scan.
  const scan = concatBytes([
    segment(0xda, new Uint8Array([1, 1, 0, 0, 63, 0])),
    new Uint8Array([1, 2, 0xff, 0, 3, 0xff, 0xd0, 4]),
    segment(0xfe, concatBytes([new Uint8Array([0xff, 0xd9]), canary])),
    segment(0xda, new Uint8Array([1, 1, 0, 0, 63, 0])),
    new Uint8Array([5, 6, 0xff, 0xd9]),
  ]);
  return concatBytes([new Uint8Array([0xff, 0xd8]), ...parts, scan, canary]);
}

function gif(): Uint8Array {
  const head = concatBytes([encodeUtf8('GIF89a'), new Uint8Array([3, 0, 2, 0, 0, 0, 0])]);
  const comment = concatBytes([new Uint8Array([0x21, 0xfe, canary.length]), canary, new Uint8Array([0])]);
  const repeats = concatBytes([
    new Uint8Array([0x21, 0xff, 11]),
    encodeUtf8('NETSCAPE2.0'),
    new Uint8Array([3, 1, 0, 0, canary.length]),
    canary,
    new Uint8Array([0]),
  ]);
  const image = new Uint8Array([0x2c, 0, 0, 0, 0, 3, 0, 2, 0, 0, 2, 2, 1, 1, 0]);
  return concatBytes([head, comment, repeats, image, new Uint8Array([0x3b]), canary]);
}

function webp(): Uint8Array {
  const chunk = (name: string, data: Uint8Array): Uint8Array => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, data.length, true);
    return concatBytes([encodeUtf8(name), length, data, new Uint8Array(data.length & 1)]);
  };
  const lossless = new Uint8Array([0x2f, 4, 0, 0, 0, 0]);
  const body = concatBytes([
    chunk('VP8X', new Uint8Array([0x0c, 0, 0, 0, 4, 0, 0, 0, 0, 0])),
    chunk('VP8L', lossless),
    chunk('EXIF', canary),
    chunk('ANIM', canary),
  ]);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, body.length + 4, true);
  return concatBytes([encodeUtf8('RIFF'), size, encodeUtf8('WEBP'), body]);
}

export const whole = { 'image/png': png(5, 4), 'image/jpeg': jpeg(), 'image/gif': gif(), 'image/webp': webp() };
