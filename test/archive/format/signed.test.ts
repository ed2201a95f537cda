/** Archives with a key: each commit signs its checkpoint, and what was tampered with does not verify. */
/** The key is made for each test; signatures are checked against node:crypto on their own, too. */

import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArchive, openArchive, RecordError } from '../../../src/archive/archive.ts';
import {
  generateCheckpoint,
  parseCheckpoint,
  parseSigningKey,
  verifyCheckpoint,
} from '../../../src/archive/format/format.ts';
import { at, chain } from '../turns.ts';

const ORIGIN = 'example.org/signed';
const turns = chain(5, 'turn');
const { privateKey } = generateKeyPairSync('ed25519');
const pem = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const signer = parseSigningKey(ORIGIN, pem);
let dir: string;
let checkpoint: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-signed-')), 'a');
  checkpoint = join(dir, 'conversations', at(turns, 0).hash, 'checkpoint');
  createArchive(dir, { origin: ORIGIN, nowMs: 0 });
  mkdirSync(join(dir, 'private/keys'), { recursive: true });
  writeFileSync(join(dir, 'private/keys/archive.ed25519'), pem);
  const archive = openArchive(dir, { mode: 'write' });
  archive.append({ turns: turns.slice(0, 3) });
  archive.append({ turns });
  archive.close();
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

function damage() {
  const archive = openArchive(dir, { mode: 'read' });
  try {
    return archive.verify().damage.filter(({ kind }) => kind !== 'index');
  } finally {
    archive.close();
  }
}

describe('an archive with a key', () => {
  it('signs the checkpoint of each commit, as any Ed25519 program can check', () => {
    const text = readFileSync(checkpoint, 'utf8');
    const parsed = parseCheckpoint(readFileSync(checkpoint));
    expect(parsed).toMatchObject({ origin: `${ORIGIN}/${at(turns, 0).hash}`, size: 5 });
    expect(verifyCheckpoint(parsed, ORIGIN, signer.publicKey)).toBe(true);
    const [body = '', line = ''] = text.split('\n\n');
    const blob = Buffer.from(line.split(' ')[2] ?? '', 'base64');
    expect(verify(null, Buffer.from(`${body}\n`), createPublicKey(privateKey), blob.subarray(4))).toBe(true);
    expect(damage()).toEqual([]);
  });

  it.each([
    ['its size', (text: string) => text.replace('\n5\n', '\n3\n')],
    ['its root', (text: string) => text.replace(/\n5\n(.)/, (_, first) => `\n5\n${first === 'A' ? 'B' : 'A'}`)],
    ['its origin', (text: string) => text.replace('example.org', 'example.net')],
    [
      'its signature',
      (text: string) => text.replace(/(.)(=*\n)$/, (_, last, end) => `${last === 'A' ? 'Q' : 'A'}${end}`),
    ],
  ])('does not verify when %s was changed', (_, tamper) => {
    const text = readFileSync(checkpoint, 'utf8');
    const changed = tamper(text);
    expect(changed).not.toBe(text);
    writeFileSync(checkpoint, changed);
    expect(damage()).not.toEqual([]);
    try {
      expect(verifyCheckpoint(parseCheckpoint(Buffer.from(changed)), ORIGIN, signer.publicKey)).toBe(false);
    } catch (error) {
      expect(error).toBeInstanceOf(RecordError);
    }
  });

  it('takes no signature of another key, nor of this key under another name', () => {
    const stranger = parseSigningKey(
      ORIGIN,
      Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
    );
    const parsed = parseCheckpoint(readFileSync(checkpoint));
    const foreign = generateCheckpoint(parsed, stranger);
    expect(verifyCheckpoint(parseCheckpoint(Buffer.from(foreign)), ORIGIN, signer.publicKey)).toBe(false);
    expect(verifyCheckpoint(parsed, 'example.org/other', signer.publicKey)).toBe(false);
    const both = `${readFileSync(checkpoint, 'utf8')}${foreign.split('\n\n')[1]}`;
    expect(verifyCheckpoint(parseCheckpoint(Buffer.from(both)), ORIGIN, signer.publicKey)).toBe(true);
    writeFileSync(checkpoint, foreign);
    expect(damage().map(({ kind }) => kind)).toContain('checkpoint');
  });

  it('is read by somebody who has no key, or one that is broken; nobody writes with a broken one', () => {
    rmSync(join(dir, 'private'), { recursive: true });
    expect(damage()).toEqual([]);
    mkdirSync(join(dir, 'private/keys'), { recursive: true });
    writeFileSync(join(dir, 'private/keys/archive.ed25519'), 'no key');
    expect(damage()).toEqual([]);
    expect(() => openArchive(dir, { mode: 'write' })).toThrow(RecordError);
  });
});
