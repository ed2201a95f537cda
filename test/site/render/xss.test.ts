/** The XSS corpus through every field of every part. */
/** Output must parse strictly and hold only what the lists allow. */

import { describe, expect, it } from 'vitest';
import { blobHash } from '../../../src/model/ids.ts';
import type { Item, NoteKind } from '../../../src/model/item.ts';
import { isAllowed, sanitise } from '../../../src/site/render/sanitise.ts';
import { renderDamagedTurn, renderFeedContent, renderTurn, renderWithheldTurn } from '../../../src/site/render/turn.ts';
import { xssPayloads } from '../xss-corpus.ts';
import { parseStrict } from './parse.ts';
import { callPart, HASH, item, render, responsePart, textPart } from './samples.ts';

const TURN = { hash: HASH, timeMs: 0, typeId: 'turnpress.item', rawLength: 10_000 };
const BLOB = blobHash('ab'.repeat(32));

/** One way for each field in which text from outside can arrive. */
const FIELDS: Readonly<Record<string, (text: string) => string>> = {
  'a prompt': (text) => render(item('user', textPart(text))),
  'an answer': (text) => render(item('assistant', textPart(`before\n\n${text}\n\nafter`))),
  reasoning: (text) => render(item('assistant', { type: 'reasoning', content: text })),
  'a system item': (text) => render(item('system', textPart(text))),
  'a compaction': (text) => render({ ...item('system', textPart(text)), note: 'compaction' }),
  'an unknown note': (text) => render({ ...item('system', textPart('x')), note: text as NoteKind }),
  'a role': (text) => render({ role: text, parts: [] } as unknown as Item),
  'a part type': (text) => render({ role: 'user', parts: [{ type: text }] } as unknown as Item),
  'a model': (text) => render({ ...item('assistant', textPart('x')), model: text, finish_reason: `error ${text}` }),
  'a tool name': (text) => render(item('assistant', callPart('other', {}, text))),
  'a tool kind': (text) => render(item('assistant', callPart(text as 'other', { a: 1 }))),
  'a shell command': (text) => render(item('assistant', callPart('shell', { command: text, description: text }))),
  'a list of words': (text) => render(item('assistant', callPart('shell', { command: ['bash', '-lc', text] }))),
  'a path': (text) => render(item('assistant', callPart('read', { file_path: text, offset: 1, limit: 2 }))),
  'a written file': (text) => render(item('assistant', callPart('write', { file_path: 'a.html', content: text }))),
  'an edit': (text) =>
    render(item('assistant', callPart('edit', { file_path: text, old_string: text, new_string: `${text}!` }))),
  'a patch': (text) => render(item('assistant', callPart('edit', `*** Update File: ${text}\n@@\n-${text}\n+${text}`))),
  'a search': (text) => render(item('assistant', callPart('search', { pattern: text, path: text, glob: text }))),
  'a fetch': (text) => render(item('assistant', callPart('fetch', { url: text, prompt: text }))),
  'a task': (text) =>
    render(item('assistant', callPart('task', { description: text, prompt: text, subagent_type: text }))),
  'a to-do': (text) => render(item('assistant', callPart('todo', { todos: [{ content: text, status: text }] }))),
  'JSON arguments': (text) => render(item('assistant', callPart('mcp', { [text]: text, list: [text, { [text]: 1 }] }))),
  'a plan': (text) => render(item('assistant', callPart('other', { plan: text }))),
  'plain arguments': (text) => render(item('assistant', callPart('other', text))),
  output: (text) => render(item('tool', responsePart(text)), callPart('shell', {})),
  'an error': (text) => render(item('tool', responsePart(text, { status: 'error', exit_code: 2 }))),
  'a report': (text) => render(item('tool', responsePart(text)), callPart('task', {})),
  'JSON output': (text) => render(item('tool', responsePart({ [text]: [text] }))),
  'text blocks': (text) => render(item('tool', responsePart([{ type: text, text }]))),
  'a status': (text) => render(item('tool', responsePart('x', { status: text as 'ok', exit_code: text as never }))),
  'a unified diff': (text) =>
    render(item('tool', responsePart('', { diff: `--- ${text}\n+++ ${text}\n@@ ${text}\n+${text}` }))),
  'a blob': (text) =>
    render(item('user', { type: 'blob', modality: 'image', mime_type: 'image/png', hash: BLOB, size: 1, name: text })),
  'a media type': (text) =>
    render(item('user', { type: 'blob', modality: 'document', mime_type: text, hash: BLOB, size: 1, name: text })),
  'an address': (text) => render(item('user', { type: 'uri', modality: 'image', uri: text })),
  'a modality': (text) =>
    render(item('user', { type: 'uri', modality: text as 'image', uri: `https://example.org/${text}` })),
  'a payload type': (text) =>
    renderTurn({ turn: { ...TURN, typeId: text }, item: undefined, calls: new Map(), findBlob: () => undefined }),
  'a reason': (text) => renderWithheldTurn(TURN, text),
  'a problem': (text) => renderDamagedTurn(TURN, text),
  'a feed entry': (text) =>
    renderFeedContent([
      item('user', textPart(text)),
      item('assistant', textPart(text), callPart('shell', { command: text }, text)),
    ]),
};

describe('text that tries to run', () => {
  for (const [name, field] of Object.entries(FIELDS)) {
    it(`stays text in ${name}`, () => {
      for (const payload of xssPayloads) {
        const html = field(payload);
        const { tags } = parseStrict(html);
        // Our own rules never need the sanitiser to cut something.
        expect(isAllowed(html)).toBe(true);
        for (const tag of tags) {
          for (const [key, value] of tag.attributes) {
            if (key === 'href')
              expect(value).toMatch(
                /^(?:https?:\/\/[^/@]+(?:\/|$)|mailto:|#t-[0-9a-f]{16}$|\/images\/[0-9a-f]{64}\.png$)/,
              );
            if (key === 'src') expect(value).toMatch(/^\/images\/[0-9a-f]{64}\.png$/);
            if (key === 'id') expect(value).toMatch(/^t-[0-9a-f]{16}$/);
            if (key === 'class') expect(value).toMatch(/^[a-z][a-z0-9 -]*$/);
          }
          if (tag.name === 'a' && /^(?:http|mailto)/.test(tag.attributes.get('href') ?? '')) {
            expect(tag.attributes.get('rel')).toBe('noopener noreferrer nofollow');
          }
        }
        expect(html).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/);
      }
    });
  }
});

describe('sanitise', () => {
  it('lets through what the renderer makes, byte for byte', () => {
    const html = '<p>a <a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer nofollow">b</a><br></p>';
    expect(sanitise(html)).toBe(html);
  });

  it.each(xssPayloads.map((payload) => [payload]))('makes raw %j harmless', (payload) => {
    const html = sanitise(payload);
    expect(isAllowed(html)).toBe(true);
    expect(html).not.toMatch(/<(?:script|img src|svg|iframe|style|form|base|meta|link|object|embed)[\s>]/i);
  });

  it.each([
    '<p onclick="x()">',
    '<p style="color:red">',
    '<a href="javascript:x()">',
    '<a href="//evil.example/">',
    '<a href="/\\evil.example/">',
    '<img src="https://evil.example/x.png">',
    '<div id="location">',
    '<article id="location">',
    '<span class="a&quot;b">',
    '<p',
    '<P>',
    '</p onclick="x()">',
    '<a rel="opener">',
    '<!-- x -->',
  ])('does not call %s allowed', (html) => {
    expect(isAllowed(html)).toBe(false);
  });
});
