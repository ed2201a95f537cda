/** Records of the archive log and verifier keys against the golden vectors and the format page. */
/** The vectors come from a second implementation, so an error shared by our reader and writer cannot hide. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RecordError } from '../../../src/archive/archive.ts';
import { parseCheckpoint, verifyCheckpoint } from '../../../src/archive/format/format.ts';
import { encodeHex } from '../../../src/base/bytes.ts';
import { decodeLogRecord, encodeLogRecord } from '../../../src/replica/log/log-record.ts';
import { generateVerifierKey, parseVerifierKey } from '../../../src/replica/log/verifier-key.ts';
import { bytesOfHex, invalid, vectors } from '../../archive/format/golden-files.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'archive-format.md'), 'utf8');

describe('records of the archive log', () => {
  it.each(vectors.logRecords)('$name: decodes to what it says and encodes to the same bytes', ({ hex, value }) => {
    const record = decodeLogRecord(bytesOfHex(hex));
    expect(record.kind === 'key' ? { ...record, key: generateVerifierKey(record.key) } : record).toEqual(value);
    expect(encodeHex(encodeLogRecord(record))).toBe(hex);
  });

  it('explain every byte', () => {
    for (const { hex, fields } of vectors.logRecords) {
      let at = 0;
      for (const field of fields) {
        expect(field.at).toBe(at);
        expect(field.means).not.toBe('');
        at += field.hex.length / 2;
      }
      expect(fields.map((field) => field.hex).join('')).toBe(hex);
    }
  });

  it.each(invalid.logRecords)('are refused: $why', ({ hex }) => {
    expect(() => decodeLogRecord(bytesOfHex(hex))).toThrow(RecordError);
  });

  it('stand on the format page as they are encoded, with the key that signs its checkpoint', () => {
    const [state, key] = ['state', 'key'].map((name) => decodeLogRecord(hexOn(name)));
    if (state?.kind !== 'state' || key?.kind !== 'key') throw new Error('wrong kinds');
    expect(encodeLogRecord(state)).toEqual(Buffer.from(hexOn('state')));
    expect(encodeLogRecord(key)).toEqual(Buffer.from(hexOn('key')));
    expect(page).toContain(`The key above is \`${generateVerifierKey(key.key)}\``);
    const checkpoint = parseCheckpoint(Buffer.from(/```text log\n([\s\S]*?\n)```/.exec(page)?.[1] ?? ''));
    expect(checkpoint).toMatchObject({ origin: 'example.org/archive', size: 2 });
    expect(verifyCheckpoint(checkpoint, key.key.name, key.key.publicKey)).toBe(true);
  });
});

describe('verifier keys', () => {
  it.each(vectors.verifierKeys)('$text is read and written', ({ text, name, publicKey }) => {
    const key = parseVerifierKey(text);
    expect([key.name, encodeHex(key.publicKey)]).toEqual([name, publicKey]);
    expect(generateVerifierKey(key)).toBe(text);
  });

  it.each(invalid.verifierKeys)('"%s" is none', (text) => {
    expect(() => parseVerifierKey(text)).toThrow(RecordError);
  });
});

/** Bytes of a block of annotated hex. */
function hexOn(name: string): Uint8Array {
  const block = new RegExp(`\`\`\`hex ${name}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
  const digits = block.split('\n').map((line) => /^ *\d+ {2}((?:[0-9a-f]{2} ?)+)/.exec(line)?.[1] ?? '');
  return Buffer.from(digits.join('').replaceAll(' ', ''), 'hex');
}
