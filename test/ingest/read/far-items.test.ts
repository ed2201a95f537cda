import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blake3Hex } from '../../../src/base/blake3.ts';
import { decodeUtf8 } from '../../../src/base/bytes.ts';
import { limits } from '../../../src/base/limits.ts';
import { declaredSize, decompressZstd } from '../../../src/base/zstd.ts';
import { getImporter } from '../../../src/ingest/importers/importers.ts';
import { readSource } from '../../../src/ingest/read/read-source.ts';
import { decodeItem, type Item } from '../../../src/model/item.ts';
import { createRedactor } from '../../../src/secrets/secrets.ts';

const MIB = 1024 * 1024;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-far-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const time = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
const claude = (n: number, type: string, message: object) =>
  JSON.stringify({
    ...{ parentUuid: n === 0 ? null : `u${n - 1}`, isSidechain: false, sessionId: 's', type, uuid: `u${n}` },
    ...{ timestamp: time(n), message },
  });
const call = (n: number, input: unknown) =>
  claude(n, 'assistant', {
    ...{ id: `m${n}`, role: 'assistant' },
    content: [{ type: 'tool_use', id: 't', name: 'Bash', input }],
  });
const result = (n: number, content: unknown) =>
  claude(n, 'user', { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content }] });
const session = (input: unknown, content: unknown) =>
  [
    claude(0, 'user', { role: 'user', content: 'go' }),
    call(1, input),
    result(2, content),
    claude(3, 'user', { role: 'user', content: 'more' }),
  ]
    .map((line) => `${line}\n`)
    .join('');

interface Told {
  readonly items: readonly Item[];
  readonly hashes: readonly string[];
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  readonly problems: readonly string[];
}

async function read(text: string, importer = 'claude-code', more: { partBytes?: number } = {}): Promise<Told> {
  const path = join(dir, 's.jsonl');
  writeFileSync(path, text);
  const redactor = await createRedactor({ words: [], personal: true, knownValues: [] });
  const task = { path, root: dir, importer, from: 0, firstLine: 1, settle: true, nowMs: 0, ...more };
  const told = {
    items: [] as Item[],
    hashes: [] as string[],
    blobs: new Map<string, Uint8Array>(),
    problems: [] as string[],
  };
  for await (const { part } of readSource(task, getImporter(importer), redactor)) {
    for (const { at, length, payloadHash } of part.turns) {
      told.items.push(decodeItem(part.payloads.subarray(at, at + length)));
      told.hashes.push(payloadHash);
    }
    for (const { hash, bytes, framed } of part.blobs)
      told.blobs.set(hash, framed === true ? decompressZstd(bytes, declaredSize(bytes), limits.payload) : bytes);
    told.problems.push(...part.problems.map(({ code }) => code));
  }
  return told;
}

const WORDS = 'an ordinary line of an output, with a few words in it\n';
const SECRET = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const saying = (length: number) => {
  const half = WORDS.repeat(Math.ceil(length / WORDS.length / 2));
  return `the beginning\n${half}token ${SECRET} of ada@lovelace-engines.net\n${half}the end`;
};
const LONG = saying(5 * MIB);

describe('a text that is too long for its item', () => {
  let told: Told;
  beforeAll(async () => {
    told = await read(session({ command: 'x' }, LONG));
  });

  it('leaves its beginning, and is attached as a whole', () => {
    const [part, whole] = told.items[2]?.parts ?? [];
    if (part?.type !== 'tool_call_response' || whole?.type !== 'blob') throw new TypeError('two parts');
    expect(String(part.response)).toMatch(
      /^the beginning\nan ordinary[\s\S]*\[\d+ bytes in all: the whole is attached\]$/,
    );
    expect(String(part.response).length).toBeLessThan(70_000);
    const bytes = told.blobs.get(whole.hash) ?? new Uint8Array();
    expect(whole).toMatchObject({
      modality: 'document',
      mime_type: 'text/plain',
      name: 'text-1.txt',
      size: bytes.length,
    });
    expect(blake3Hex(bytes)).toBe(whole.hash);
    const text = decodeUtf8(bytes);
    expect(
      text.replace('[redacted:github:1]', SECRET).replace('[redacted:email:1]', 'ada@lovelace-engines.net') === LONG,
    ).toBe(true);
    expect(text.includes(SECRET)).toBe(false);
  });

  it('is told the same however the file is read in parts', async () => {
    for (const partBytes of [1000, MIB, 64 * MIB]) {
      const again = await read(session({ command: 'x' }, LONG), 'claude-code', { partBytes });
      expect([again.hashes, [...again.blobs.keys()]]).toEqual([told.hashes, [...told.blobs.keys()]]);
    }
  });

  it('is attached by Codex too', async () => {
    const line = (n: number, payload: object) =>
      `${JSON.stringify({ timestamp: time(n), type: 'response_item', payload })}\n`;
    const message = (n: number, role: string, text: string) =>
      line(n, { type: 'message', role, content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }] });
    const meta = `${JSON.stringify({ timestamp: time(0), type: 'session_meta', payload: { id: 's', timestamp: time(0), cwd: '/x' } })}\n`;
    const output = line(3, { type: 'function_call_output', call_id: 'c', output: LONG });
    const asked = line(2, { type: 'function_call', name: 'shell', arguments: '{}', call_id: 'c' });
    const codex = await read(
      meta + message(1, 'user', 'go') + asked + output + message(4, 'assistant', 'done'),
      'codex',
    );
    expect([...codex.blobs.keys()]).toEqual([...told.blobs.keys()]);
  });
});

describe('a long line', () => {
  it('says what a short one says of all that fits its items', async () => {
    const said = saying(1.5 * MIB);
    const short = await read(session({ command: 'x' }, said));
    // what nobody reads makes the line long
    const line = session({ command: 'x' }, said).replace(
      '"uuid":"u2"',
      `"toolUseResult":${JSON.stringify(LONG)},"uuid":"u2"`,
    );
    const told = await read(line);
    expect(told.hashes).toEqual(short.hashes);
  });

  it('keeps a value of too many values as its JSON, and the turns around it', async () => {
    const list = Array.from({ length: 600_000 }, (_, i) => [i]);
    const told = await read(session(list, 'fine'));
    const [part] = told.items[1]?.parts ?? [];
    expect(told.items.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user']);
    expect(part).toMatchObject({
      type: 'tool_call',
      arguments: expect.stringMatching(/^\[\[0\],\[1\],[\s\S]*the whole is attached\]$/) as unknown,
    });
    expect(decodeUtf8([...told.blobs.values()][0] ?? new Uint8Array()) === JSON.stringify(list)).toBe(true);
  });

  it('gives the picture that a short line gives, bytes and all', async () => {
    const pixels = Buffer.alloc(3_400_000);
    const picture = Buffer.concat([
      Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00', 'latin1'),
      gifBlocks(pixels),
      Buffer.from(';'),
    ]);
    const block = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/gif', data: picture.toString('base64') },
    };
    const told = await read(session({}, [block]));
    const [, part] = told.items[2]?.parts ?? [];
    expect(part).toMatchObject({ type: 'blob', mime_type: 'image/gif', hash: blake3Hex(picture) });
    expect(Buffer.compare([...told.blobs.values()][0] ?? new Uint8Array(), picture)).toBe(0);
  });

  it('is left out with its place when its record has too much of its own; what follows is read', async () => {
    const members = Array.from({ length: 400_000 }, (_, i) => `"m${i}":${i}`).join(',');
    const lines = session({}, 'fine').split('\n');
    const told = await read([lines[0], `{"type":"user",${members}}`, ...lines.slice(1)].join('\n'));
    expect(told.problems).toEqual(['LINE_TOO_DENSE']);
    expect(told.items).toHaveLength(4);
  });
});

/** An image block of GIF with these bytes as its data. */
function gifBlocks(data: Buffer): Buffer {
  const blocks: Buffer[] = [Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2])];
  for (let at = 0; at < data.length; at += 255) {
    const piece = data.subarray(at, at + 255);
    blocks.push(Buffer.from([piece.length]), piece);
  }
  return Buffer.concat([...blocks, Buffer.from([0])]);
}
