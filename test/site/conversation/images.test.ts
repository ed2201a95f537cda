/** What may be shown as an image. */
/** The samples have something in them that must not be published. */

import { expect, it } from 'vitest';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import { cleanImage } from '../../../src/site/conversation/images.ts';
import { canary, png, whole } from '../../model/image-samples.ts';

it.each(Object.entries(whole))('keeps a whole %s, without what is not picture', (mime, bytes) => {
  const clean = cleanImage(bytes, mime);
  expect(clean?.bytes.length).toBeGreaterThan(20);
  expect([clean?.width, clean?.height].every((side) => Number(side) > 0)).toBe(true);
  expect(Buffer.from(bytes).includes(canary)).toBe(true);
  expect(Buffer.from(clean?.bytes ?? []).includes(canary)).toBe(false);
  expect(cleanImage(clean?.bytes ?? new Uint8Array(), mime)).toEqual(clean);
});

it.each(Object.entries(whole))('refuses a %s that is cut off anywhere before its end', (mime, bytes) => {
  const end = (cleanImage(bytes, mime)?.bytes.length ?? 0) - 1;
  for (let length = 0; length < Math.min(end, 24); length++)
    expect(cleanImage(bytes.subarray(0, length), mime)).toBeUndefined();
});

it('refuses what only claims to be an image', () => {
  expect(cleanImage(encodeUtf8('<svg onload="xss()"/>'), 'image/png')).toBeUndefined();
  expect(cleanImage(encodeUtf8('<html>'), 'image/gif')).toBeUndefined();
  expect(cleanImage(whole['image/png'], 'image/jpeg')).toBeUndefined();
  expect(cleanImage(encodeUtf8('<svg/>'), 'image/svg+xml')).toBeUndefined();
  expect(cleanImage(encodeUtf8('GIF89a=1;alert(1)'), 'image/gif')).toBeUndefined();
});

it('refuses pictures over the limits, and takes one at the limit', () => {
  expect(cleanImage(png(50_000, 50_000), 'image/png')).toBeUndefined();
  expect(cleanImage(png(16_385, 1), 'image/png')).toBeUndefined();
  expect(cleanImage(png(16_384, 1), 'image/png')).toMatchObject({ width: 16_384, height: 1 });
  expect(cleanImage(png(8001, 8000), 'image/png')).toBeUndefined();
  expect(cleanImage(png(8000, 8000), 'image/png')).toBeDefined();
  expect(cleanImage(png(0, 5), 'image/png')).toBeUndefined();
});
