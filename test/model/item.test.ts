import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { canonicalJson, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import { decodeItem } from '../../src/model/item.ts';
import { decodeMeta } from '../../src/model/meta.ts';

const bytesOf = (value: JsonValue) => encodeUtf8(canonicalJson(value));
const withParts = (...parts: readonly JsonObject[]): JsonObject => ({ role: 'assistant', parts });
const call = { type: 'tool_call', id: '1', name: 'Bash', arguments: {}, tool: 'shell' };
const blob = { type: 'blob', modality: 'image', mime_type: 'image/png', hash: 'a'.repeat(64), size: 1 };

describe('an item', () => {
  it.each<[string, JsonObject]>([
    ['without parts', withParts()],
    [
      'with parts and members of a later version',
      { ...withParts({ type: 'thought', content: 7 }), mood: 1, note: 'later' },
    ],
    ['with a call whose arguments are null', withParts({ ...call, arguments: null })],
    [
      'with all that usage has',
      { ...withParts(), usage: { input_tokens: 1, output_tokens: 2, reasoning_tokens: 1, more: 'x' } },
    ],
    [
      'with a response that is an object',
      withParts({ type: 'tool_call_response', id: '1', response: { a: [1.5] }, status: 'ok' }),
    ],
  ])('is taken %s', (_, item) => {
    expect(decodeItem(bytesOf(item))).toEqual(item);
  });

  it.each<[JsonValue, RegExp]>([
    [7, /it must be an object/],
    [{ parts: [] }, /role is missing/],
    [{ role: 'robot', parts: [] }, /role must be one of user, assistant/],
    [{ role: 'user' }, /parts is missing/],
    [{ role: 'user', parts: {} }, /parts must be a list/],
    [withParts({ type: 'text', content: 7 }), /parts\[0\]\.content must be a text/],
    [withParts({ type: 'text', content: 'x' }, { type: 'reasoning' }), /parts\[1\]\.content is missing/],
    [withParts({ type: 7 }), /parts\[0\]\.type must be a text/],
    [{ role: 'user', parts: [null] }, /parts\[0\] must be an object/],
    [withParts({ type: 'tool_call' }), /parts\[0\]\.id is missing/],
    [withParts({ ...call, tool: 'magic' }), /parts\[0\]\.tool must be one of shell/],
    [withParts({ type: 'tool_call', id: '1', name: 'Bash', tool: 'shell' }), /parts\[0\]\.arguments is missing/],
    [withParts({ type: 'tool_call_response', id: '1', response: '', status: 'maybe' }), /status must be one of ok/],
    [
      withParts({ type: 'tool_call_response', id: '1', response: '', status: 'ok', exit_code: 2 ** 53 }),
      /exit_code must/,
    ],
    [withParts({ ...blob, hash: 'A'.repeat(64) }), /parts\[0\]\.hash must be a hash/],
    [withParts({ ...blob, size: -1 }), /parts\[0\]\.size must be a whole number/],
    [withParts({ type: 'uri', modality: 'image' }), /parts\[0\]\.uri is missing/],
    [{ ...withParts(), model: null }, /model must be a text/],
    [{ ...withParts(), usage: { input_tokens: 1 } }, /usage\.output_tokens is missing/],
    [{ ...withParts(), usage: { input_tokens: 1.5, output_tokens: 1 } }, /usage\.input_tokens must/],
    [{ ...withParts(), note: [] }, /note must be a text/],
  ])('is refused with the name of the member: %j', (item, message) => {
    expect(() => decodeItem(bytesOf(item))).toThrow(message);
  });

  it('is refused when its bytes are not those that it is written in', () => {
    expect(() => decodeItem(encodeUtf8('{"role":"user","parts":[]}'))).toThrow(/canonical form/);
    expect(() => decodeItem(encodeUtf8('{"parts":[],"role":"user","role":"user"}'))).toThrow(/role stands twice/);
  });
});

describe('meta', () => {
  it('is taken with every member, and with those of a later version', () => {
    const meta = {
      ...{ title: '', agent: 'codex', models: ['m'], git: { branch: 'main', more: 1 }, tags: ['a'], later: {} },
      ...{
        parent: { session: 's', turn: 'a'.repeat(64) },
        started: '2026-01-02T03:04:05.000Z',
        redactions: { token: 2 },
      },
    };
    expect(decodeMeta(bytesOf(meta))).toEqual(meta);
  });

  it.each<[JsonValue, RegExp]>([
    [[], /it must be an object/],
    [{ title: 7 }, /title must be a text/],
    [{ tags: [''] }, /tags must be a list, each a text that is not empty/],
    [{ tags: 'a' }, /tags must be a list/],
    [{ models: [1] }, /models must be a list/],
    [{ git: { branch: 1 } }, /git\.branch must be a text/],
    [{ git: 'main' }, /git must be an object/],
    [{ parent: {} }, /parent\.session is missing/],
    [{ parent: { session: 's', conversation: 'x' } }, /parent\.conversation must be a hash/],
    [{ started: 'yesterday' }, /started must be a time/],
    [{ findings: { token: 'ghp' } }, /findings must be an object/],
  ])('is refused with the name of the member: %j', (meta, message) => {
    expect(() => decodeMeta(bytesOf(meta))).toThrow(message);
  });
});
