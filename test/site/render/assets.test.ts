/** The stylesheet and script of every page. */
/** Small, free of what the policy forbids, and covering every class that turns are rendered with. */

import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../../src/base/bytes.ts';
import type { Item, NoteKind, ToolKind } from '../../../src/model/item.ts';
import { renderDamagedTurn, renderWithheldTurn } from '../../../src/site/render/turn.ts';
import { readScripts } from '../../../src/site/shell/scripts/scripts.ts';
import { parseStrict } from './parse.ts';
import { callPart, HASH, item, render, responsePart, textPart } from './samples.ts';

const read = (name: string) => readFileSync(new URL(`../../../templates/assets/${name}`, import.meta.url), 'utf8');
const css = read('site.css');
const all = css + read('conversation.css');
const scripts = readScripts(new Map(), true);

describe('site.css', () => {
  it('is small and loads nothing but the face beside it', () => {
    expect(Buffer.byteLength(css)).toBeLessThan(40_000);
    expect(css).not.toMatch(/@import|expression\(/);
    expect([...css.matchAll(/url\([^)]*\)/g)].map(String)).toEqual(['url("newsreader.woff2")']);
  });

  it('knows light and dark, print, and readers who want no motion', () => {
    for (const query of ['color-scheme: light dark', 'prefers-reduced-motion: reduce', 'print']) {
      expect(css).toContain(query);
    }
  });

  it('has every colour pair of text at 4.5:1 or better, in light and in dark', () => {
    const tones = [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)];
    const light = new Map(tones.map(([, name = '', value = '']) => [name, value]));
    const dark = new Map(tones.map(([, name = '', , value = '']) => [name, value]));
    const pairs = [
      ...['paper', 'raised', 'sunk', 'prompt'].flatMap((back) =>
        ['ink', 'soft', 'accent', 'link'].map((front) => [front, back] as const),
      ),
      ...['keyword', 'string', 'comment', 'number', 'title', 'builtin', 'attr', 'type'].map(
        (c) => [`c-${c}`, 'sunk'] as const,
      ),
      ...([
        ['bad', 'paper'],
        ['bad', 'bad-paper'],
        ['bad', 'sunk'],
        ['good', 'paper'],
        ['good', 'sunk'],
      ] as const),
      ...([
        ['add-ink', 'add'],
        ['del-ink', 'del'],
        ['ink', 'mark'],
        ['ink', 'line'],
      ] as const),
    ];
    for (const theme of [light, dark]) {
      for (const [front, back] of pairs) {
        const ratio = contrast(theme.get(front) ?? '', theme.get(back) ?? '');
        expect(ratio, `${front} on ${back}: ${theme.get(front)} ${theme.get(back)}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('has a rule for every class that a turn is rendered with', () => {
    // Words for scripts, tests and readers of the source; they need no look of their own.
    const bare = new Set([
      'turn-foreign',
      'turn-withheld',
      'turn-assistant',
      'ok',
      'cancelled',
      'empty',
      'open',
      'first',
    ]);
    const used = new Set(
      allTurns().flatMap((html) =>
        parseStrict(html).tags.flatMap((tag) => (tag.attributes.get('class') ?? '').split(' ')),
      ),
    );
    const missing = [...used]
      .filter((name) => name !== '' && !bare.has(name) && !/^(?:call|turn-note|fg|bg)-?\w*$/.test(name))
      .filter((name) => !new RegExp(`\\.${name}(?![\\w-])`).test(all));
    expect(missing).toEqual([]);
    for (let colour = 0; colour < 16; colour++) {
      expect(css).toMatch(new RegExp(`\\.fg${colour}\\b`));
      expect(css).toMatch(new RegExp(`\\.bg${colour}\\b`));
    }
  });
});

describe('the pages’ scripts', () => {
  it('put text on a page in no way but textContent', () => {
    for (const [name, { content }] of scripts) {
      expect(decodeUtf8(content), name).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(|new Function|\.style\b/,
      );
    }
  });

  it('are modules without types that import only files served beside them', () => {
    const served = new Set([...scripts.values()].map(({ url }) => url.replace('/assets/', './')));
    for (const [name, { content }] of scripts) {
      if (name.endsWith('.wasm')) continue;
      const code = decodeUtf8(content);
      expect(stripTypeScriptTypes(code), name).toBe(code);
      for (const [, path] of code.matchAll(/^(?:import|export) (?:[^;'"]*\bfrom )?['"]([^'"]+)['"];$/gm))
        expect(served, `${name}: ${path}`).toContain(path);
    }
  });

  it('use nothing of Node but what stands in its place', () => {
    const own = [...scripts.keys()].filter((name) => !/^(?:base|model|archive|replica|site|feed|instead)-/.test(name));
    expect(own).toContain('page.js');
    for (const name of own)
      expect(decodeUtf8(scripts.get(name)?.content ?? new Uint8Array()), name).not.toMatch(/\b(?:Buffer|process)\./);
    for (const [name, { content }] of scripts) expect(decodeUtf8(content), name).not.toMatch(/^import [^;]*['"]node:/m);
  });

  it('of the search are one small file, with what every page has', () => {
    const { content = new Uint8Array(), joined = [] } = scripts.get('search-search.js') ?? {};
    expect(joined).toEqual(expect.arrayContaining(['page.js', 'offline.js', 'search-results.js']));
    expect(scripts.has('search-results.js')).toBe(false);
    expect(decodeUtf8(content)).not.toMatch(/^(?:import|export) /m);
    expect(gzipSync(content).length).toBeLessThan(25_000);
  });

  it('of a check come only with pages that can be checked', () => {
    const without = readScripts(new Map(), false);
    expect([...without.keys()].filter((name) => /check/.test(name))).toEqual([]);
    expect(scripts.get('check-button.js')?.content.length).toBeLessThan(1000);
    for (const [name, { url }] of without) expect(scripts.get(name)?.url).toBe(url);
  });

  it('have another name when a module that they import changes, and give way to a user’s file', () => {
    const own = { url: '/assets/elements-00000000.js', content: encodeUtf8('export {};\n') };
    const replaced = readScripts(new Map([['elements.js', own]]), true);
    expect(replaced.has('elements.js')).toBe(false);
    expect(decodeUtf8(replaced.get('search-search.js')?.content ?? new Uint8Array())).toContain(
      "'./elements-00000000.js'",
    );
    expect(replaced.get('search-search.js')?.url).not.toBe(scripts.get('search-search.js')?.url);
    expect(replaced.get('page.js')?.url).toBe(scripts.get('page.js')?.url);
  });
});

function allTurns(): readonly string[] {
  const turn = { hash: HASH, timeMs: 0, typeId: 'x', rawLength: 10_000 };
  const kinds: readonly ToolKind[] = [
    'shell',
    'read',
    'write',
    'edit',
    'search',
    'fetch',
    'task',
    'todo',
    'mcp',
    'other',
  ];
  const notes: readonly NoteKind[] = [
    'compaction',
    'command',
    'hook',
    'notice',
    'interrupt',
    'error',
    'context',
    'rewind',
  ];
  const args = {
    command: 'a\nb',
    file_path: 'a.ts',
    content: 'let a = "b" // c',
    old_string: 'a',
    new_string: 'b',
    url: 'x',
    prompt: 'y',
    todos: ['completed', 'in_progress', 'pending', 'cancelled'].map((status) => ({ content: 'x', status })),
  };
  const items: readonly Item[] = [
    item(
      'user',
      textPart(
        '# a\n\n- [x] b\n- [ ] c\n\n| a | b |\n| :-: | -: |\n| 1 | 2 |\n\n\u202e\n\n```ts\n@a class A extends B { c = /d/; e: string = null } // f\n```',
      ),
    ),
    item('assistant', { type: 'reasoning', content: 'x' }, ...kinds.map((kind) => callPart(kind, args))),
    item(
      'tool',
      responsePart('\u001b[1;2;3;4;31;42mx', {
        status: 'error',
        exit_code: 1,
        diff: '--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y',
      }),
    ),
    item('tool', responsePart('x'.repeat(300_000))),
    item('tool', responsePart('')),
    item('user', { type: 'uri', modality: 'image', uri: 'https://example.org/' }),
    ...notes.map((note) => ({ ...item('system', textPart('long\n'.repeat(300))), note })),
  ];
  return [...items.map((one) => render(one)), renderWithheldTurn(turn, 'x'), renderDamagedTurn(turn, 'x')];
}

/** WCAG 2 contrast ratio of two #rrggbb colours. */
function contrast(a: string, b: string): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
