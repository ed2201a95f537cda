import { describe, expect, it } from 'vitest';
import { blake3Hex } from '../../../../src/base/blake3.ts';
import { findDataUrlImage, findImage } from '../../../../src/ingest/kit/items/images.ts';
import { isWholeImage } from '../../../../src/model/images.ts';
import { canary, whole } from '../../../model/image-samples.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 1, 2, 3, 4, 5, 6]);

describe('finding an image in base64', () => {
  it('names the bytes by their BLAKE3 hash and the kind by their first bytes', () => {
    const found = findImage(PNG.toString('base64'), 'leaf.jpg');
    expect(found?.part).toEqual({
      type: 'blob',
      modality: 'image',
      mime_type: 'image/png',
      hash: blake3Hex(PNG),
      size: PNG.length,
      name: 'leaf.jpg',
    });
    expect(found?.blob.hash).toBe(found?.part.hash);
    expect(Buffer.from(found?.blob.bytes ?? []).equals(PNG)).toBe(true);
  });

  it.each(Object.entries(whole))('keeps nothing of it but the picture: %s', (mime, bytes) => {
    const found = findImage(Buffer.from(bytes).toString('base64'));
    expect(found?.part.mime_type).toBe(mime);
    const kept = Buffer.from(found?.blob.bytes ?? []);
    expect(kept.includes(canary)).toBe(false);
    expect(isWholeImage(kept)).toBe(true);
    expect(found?.part).toMatchObject({ size: kept.length, hash: blake3Hex(kept) });
  });

  it.each(Object.entries(whole))('keeps one that is cut off as it is: %s', (_, bytes) => {
    const cut = bytes.subarray(0, bytes.length - canary.length - 4);
    const found = findImage(Buffer.from(cut).toString('base64'));
    expect(Buffer.from(found?.blob.bytes ?? []).equals(Buffer.from(cut))).toBe(true);
    expect([found?.blob.uncleaned, findImage(Buffer.from(bytes).toString('base64'))?.blob.uncleaned]).toEqual([
      true,
      undefined,
    ]);
  });

  it('knows every kind by its magic number', () => {
    const kinds: readonly (readonly [string, Buffer])[] = [
      ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...Array<number>(12).fill(0)])],
      ['image/gif', Buffer.from('GIF89a..........')],
      ['image/webp', Buffer.from('RIFF....WEBPVP8 ')],
      ['image/avif', Buffer.from('....ftypavif....')],
      ['application/pdf', Buffer.from('%PDF-1.7........')],
    ];
    for (const [mime, bytes] of kinds) expect(findImage(bytes.toString('base64'))?.part.mime_type).toBe(mime);
  });

  it('refuses text that is no image, so that redaction looks into it', () => {
    expect(findImage(Buffer.from('the password of the shed').toString('base64'))).toBeUndefined();
    expect(findImage(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64'))).toBeUndefined();
  });

  it('refuses base64 that is not strict', () => {
    const good = PNG.toString('base64');
    for (const bad of [
      `${good}=`,
      good.slice(0, -1),
      `${good.slice(0, 8)}\n${good.slice(8)}`,
      `${good.slice(0, -4)}AA?=`,
      '',
    ]) {
      expect(findImage(bad), bad).toBeUndefined();
    }
  });

  it('reads a data URL, whatever kind it claims, and no other URL', () => {
    const data = PNG.toString('base64');
    expect(findDataUrlImage(`data:image/jpeg;base64,${data}`)?.part.mime_type).toBe('image/png');
    expect(findDataUrlImage(`data:image/png;charset=utf-8;base64,${data}`)?.part.size).toBe(PNG.length);
    expect(findDataUrlImage(`data:image/png,${data}`)).toBeUndefined();
    expect(findDataUrlImage('https://example.org/leaf.png')).toBeUndefined();
  });
});
