/** zstd frames: one at a time and nothing after it; what is handed out lies on a buffer of its own size. */
/** Caches weigh what they hold by its length: a small view on a large buffer would make them hold many times their limit. */

import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ZstdError } from '../../src/base/errors.ts';
import { compressZstd, compressZstdBeside, decompressZstd } from '../../src/base/zstd.ts';

describe('zstd frames', () => {
  it.each([1, 300, 70_000, 200_000])('of %i bytes hold no more memory than their bytes', (length) => {
    const raw = Buffer.alloc(length, 'turn ');
    const frame = compressZstd(raw, 3);
    const again = decompressZstd(frame, length, length);
    expect(raw.equals(again)).toBe(true);
    for (const bytes of [frame, again])
      expect(bytes.buffer.byteLength).toBeLessThanOrEqual(bytes.length + 256 + bytes.length / 8);
  });

  it.each([1, 2])('that fill %i times the memory Node writes them into are still one frame', async (times) => {
    // random bytes do not compress: the frame is as long as they are, and a header for each 128 KiB
    const long = randomBytes(times * 65_536);
    let frames = 0;
    for (let length = long.length - 40; length < long.length; length++) {
      const raw = long.subarray(0, length);
      const frame = compressZstd(raw, 3);
      if (frame.length === long.length) frames += 1;
      expect(raw.equals(decompressZstd(frame, length, length))).toBe(true);
      const beside = await compressZstdBeside(raw, 3);
      expect(raw.equals(decompressZstd(beside, length, length))).toBe(true);
    }
    expect(frames).toBe(1);
  });

  it.each([0, 1, 255, 256, 70_000, 400_000])('of %i bytes end where their input ends', (length) => {
    // words of a hash do not compress, so that blocks of every kind occur
    const mixed = Buffer.concat([Buffer.alloc(length >> 1, 'a'), randomBytes(length - (length >> 1))]);
    for (const [raw, checksum] of [
      [Buffer.alloc(length, 'turn '), 0],
      [Buffer.alloc(length), 1],
      [mixed, 0],
      [mixed, 1],
    ] as const) {
      const params = { [constants.ZSTD_c_checksumFlag]: checksum };
      const frame = Buffer.from(zstdCompressSync(raw, { params }));
      expect(raw.equals(decompressZstd(frame, length, length))).toBe(true);
      for (const tail of [Buffer.from([0]), Buffer.from('a secret'), frame, Buffer.from('502a4d1800000000', 'hex')])
        expect(() => decompressZstd(Buffer.concat([frame, tail]), length, length)).toThrow(ZstdError);
      for (const cut of [1, 2, 4]) {
        const short = frame.subarray(0, frame.length - cut);
        expect(() => decompressZstd(short, length, length)).toThrow(ZstdError);
      }
    }
  });
});

describe('zstd beside this thread', () => {
  it('makes one frame that declares its size, of bytes that do and do not compress', async () => {
    for (const length of [0, 1, 255, 256, 70_000, 300_000]) {
      for (const raw of [Buffer.alloc(length, 'turn'), randomBytes(length)]) {
        const frame = await compressZstdBeside(raw, 3);
        expect(raw.equals(decompressZstd(frame, length, length))).toBe(true);
      }
    }
  });
});
