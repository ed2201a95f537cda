/** Images by their bytes: which kind, whole or not, and what of them is picture. */

import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import { ATTACHMENT_KINDS, findAttachmentKind, findImage, isWholeImage, stripImage } from '../../src/model/images.ts';
import { canary, whole } from './image-samples.ts';

const shown = ATTACHMENT_KINDS.filter((kind) => kind.shown !== undefined);

describe('an image', () => {
  it('has a sample of every kind that can be shown', () => {
    expect(Object.keys(whole).sort()).toEqual(shown.map((kind) => kind.mime).sort());
  });

  it.each(Object.entries(whole))('is known by its bytes: %s', (mime, bytes) => {
    expect(findAttachmentKind(bytes)?.mime).toBe(mime);
    const image = findImage(bytes);
    expect(image?.mime).toBe(mime);
    expect(image?.sizes.length).toBeGreaterThan(0);
    expect(image?.pieces[0]?.from).toBe(0);
    expect(image?.pieces.at(-1)?.to).toBe(image?.end);
  });

  it.each(Object.entries(whole))('is whole from its first byte to its last, and only then: %s', (mime, bytes) => {
    const end = findImage(bytes)?.end ?? 0;
    const one = bytes.subarray(0, end);
    expect(isWholeImage(one)).toBe(true);
    expect(isWholeImage(concatBytes([one, canary]))).toBe(false);
    for (let length = 0; length < end; length++) expect(isWholeImage(one.subarray(0, length)), mime).toBe(false);
  });

  it.each(Object.entries(whole))('is a whole image again without what is not picture: %s', (mime, bytes) => {
    const image = findImage(bytes);
    const stripped = image === undefined ? new Uint8Array() : stripImage(bytes, image);
    expect(isWholeImage(stripped)).toBe(true);
    expect(findImage(stripped)?.mime).toBe(mime);
    expect(findImage(stripped)?.sizes).toEqual(image?.sizes);
    expect(Buffer.from(stripped).includes(canary)).toBe(false);
  });

  it('is none that can be cleaned when a frame of a film holds what is no picture', () => {
    const film = (inside: string) => {
      const frame = Buffer.concat([Buffer.alloc(16), Buffer.from(inside), Buffer.from([6, 0, 0, 0, 1, 2, 3, 4, 5, 6])]);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(frame.length);
      const body = Buffer.concat([
        Buffer.from('VP8X\n\0\0\0\x02\0\0\0\0\0\0\0\0\0', 'latin1'),
        Buffer.from('ANMF'),
        length,
        frame,
      ]);
      length.writeUInt32LE(body.length + 4);
      return Buffer.concat([Buffer.from('RIFF'), length, Buffer.from('WEBP'), body]);
    };
    expect(findImage(film('VP8L'))?.mime).toBe('image/webp');
    expect(findImage(film('EXIF'))).toBeUndefined();
  });

  it.each([0xc0, 0xc4, 0xdb, 0xda])(
    'of JPEG is none that can be cleaned when a table is longer than what it counts: %i',
    (marker) => {
      const jpeg = Buffer.from(whole['image/jpeg'] ?? []);
      const at = jpeg.indexOf(Buffer.from([0xff, marker]));
      const end = at + 2 + jpeg.readUInt16BE(at + 2);
      const longer = Buffer.concat([jpeg.subarray(0, end), canary, jpeg.subarray(end)]);
      longer.writeUInt16BE(jpeg.readUInt16BE(at + 2) + canary.length, at + 2);
      expect(findImage(jpeg)).toBeDefined();
      expect(findImage(longer)).toBeUndefined();
    },
  );

  it.each(['cHRM', 'tRNS', 'PLTE', 'fcTL', 'fdAT', 'sBIT'])('of PNG has no words in %s', (name) => {
    const png = Buffer.from(whole['image/png'] ?? []);
    const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(name), canary, Buffer.alloc(4)]);
    chunk.writeUInt32BE(canary.length);
    const longer = Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
    const image = findImage(longer);
    expect(image).toBeDefined();
    if (image !== undefined) expect(Buffer.from(stripImage(longer, image)).includes(canary)).toBe(false);
  });

  it('is never thrown at, whatever bytes are wrong', () => {
    for (const bytes of Object.values(whole)) {
      for (let at = 0; at < bytes.length; at++) {
        for (const value of [0, 1, 0x7f, 0xff]) {
          const wrong = Uint8Array.from(bytes);
          wrong[at] = value;
          const image = findImage(wrong);
          if (image !== undefined) expect(stripImage(wrong, image).length).toBeLessThanOrEqual(wrong.length);
        }
      }
    }
  });
});
