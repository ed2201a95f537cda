/** Items and meta that are not as the format says, in an archive that is otherwise whole: every command names them and goes on. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArchive, type PreparedTurn, prepareTurn } from '../../src/archive/archive.ts';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { canonicalJson, type JsonValue } from '../../src/base/json.ts';
import { EXIT } from '../../src/cli/errors.ts';
import { MAIN_HEAD, type Meta } from '../../src/model/conversation.ts';
import { ITEM_PAYLOAD } from '../../src/model/payload.ts';
import { openTerminal } from '../cli/world.ts';

const said = (content: JsonValue, role = 'user') => canonicalJson({ role, parts: [{ type: 'text', content }] });

/** What stands in the archive, and the words by which `verify` and `show` name it. */
const badItems: Readonly<Record<string, readonly [payload: string, problem: string]>> = {
  'content that is a number': [said(7), 'parts[0].content must be a text'],
  'a tool call without fields': [
    canonicalJson({ role: 'assistant', parts: [{ type: 'tool_call' }] }),
    'parts[0].id is missing',
  ],
  'parts that are no list': [canonicalJson({ role: 'user', parts: 'x' }), 'parts must be a list'],
  'a part that is null': [canonicalJson({ role: 'user', parts: [null] }), 'parts[0] must be an object'],
  'a role that is an object': [canonicalJson({ role: {}, parts: [] }), 'role must be one of'],
  'a model that is a list': [canonicalJson({ role: 'assistant', model: [], parts: [] }), 'model must be a text'],
  'usage without numbers': [
    canonicalJson({ role: 'assistant', parts: [], usage: {} }),
    'usage.input_tokens is missing',
  ],
  'a member twice': ['{"parts":[],"role":"user","role":"tool"}', 'role stands twice'],
  'another order': ['{"role":"user","parts":[]}', 'canonical form'],
  'no JSON': ['hello', 'not JSON'],
  'no object': ['null', 'must be an object'],
};
const badMetas: Readonly<Record<string, readonly [meta: JsonValue, problem: string]>> = {
  'a title that is a number': [{ title: 7 }, 'title must be a text'],
  'an empty tag': [{ tags: [''] }, 'tags must be'],
  'tags that are a text': [{ tags: 'a' }, 'tags must be'],
  'models that are numbers': [{ models: [1, {}] }, 'models must be'],
  'a parent without a session': [{ parent: { conversation: 'x' } }, 'parent.session is missing'],
  'git that is a text': [{ git: 'main', project: { a: 1 }, agent: 7 }, 'agent must be a text'],
};

describe('what is not as the format says', () => {
  const terminal = openTerminal();
  let turns: readonly PreparedTurn[] = [];
  afterAll(() => terminal.close());

  beforeAll(async () => {
    expect(await terminal.run('init', '.')).toBe(EXIT.done);
    const config = { publish: [{ conversation: '*', visibility: 'public' }] };
    writeFileSync(join(terminal.folder, 'content', 'site.json'), JSON.stringify(config));
    turns = appendBad(join(terminal.folder, 'archive'));
  });

  it('is named by verify, which goes on', async () => {
    expect(await terminal.run('verify')).toBe(EXIT.damaged);
    for (const [, problem] of [...Object.values(badItems), ...Object.values(badMetas)]) {
      expect(terminal.out()).toContain(problem);
    }
    expect(terminal.out()).not.toContain('index.db');
  });

  it('is shown as damaged, in the terminal', async () => {
    for (const [i, [, problem]] of Object.values(badItems).entries()) {
      expect(await terminal.run('show', turns[2 * i + 1]?.hash ?? '')).toBe(EXIT.damaged);
      expect(terminal.out()).toContain(problem);
      expect(await terminal.run('log', turns[2 * i]?.hash ?? '')).toBe(EXIT.damaged);
    }
    expect(await terminal.run('log')).not.toBe(EXIT.bug);
    expect(await terminal.run('log', '--json')).not.toBe(EXIT.bug);
    expect(await terminal.run('show', turns[1]?.hash ?? '', '--json')).toBe(EXIT.damaged);
  });

  it('does not keep others from being found', async () => {
    expect(await terminal.run('search', 'harmless', '--limit', '100')).not.toBe(EXIT.bug);
    for (const name of [...Object.keys(badItems), ...Object.keys(badMetas)]) expect(terminal.out()).toContain(name);
  });

  it('is named on its page in the private site', async () => {
    expect(await terminal.run('build', '--output', '_private')).not.toBe(EXIT.bug);
    const pages = readdirSync(join(terminal.folder, '_private', 'c'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.html'))
      .map((name) => readFileSync(join(terminal.folder, '_private', 'c', name), 'utf8'));
    for (const [, problem] of Object.values(badItems)) {
      expect(
        pages.filter((page) => page.includes(problem)),
        problem,
      ).not.toHaveLength(0);
    }
  });

  it('stays in with a sentence, until a person has looked', async () => {
    const publish = async (): Promise<string> => {
      expect(await terminal.run('publish', '--yes')).toBe(EXIT.done);
      return terminal.err();
    };
    expect(await publish()).toMatch(/may not be published, it stays in: /);
    for (const [i] of Object.keys(badMetas).entries()) {
      const first = turns[2 * (Object.keys(badItems).length + i)]?.hash ?? '';
      expect(await terminal.run('withdraw', first, '--meta', '--reason', 'other')).toBe(EXIT.done);
    }
    expect(await publish()).toMatch(/may not be published, it stays in: turn [0-9a-f]{16}: not a valid item: /);
    const allow = turns.map(({ hash }) => hash.slice(0, 16));
    const config = { publish: [{ conversation: '*', visibility: 'public' }], redact: { allow } };
    writeFileSync(join(terminal.folder, 'content', 'site.json'), JSON.stringify(config));
    expect(await terminal.run('publish', '--yes')).not.toBe(EXIT.bug);
  });

  it('can be taken back', async () => {
    expect(await terminal.run('withdraw', turns[1]?.hash ?? '', '--reason', 'other')).toBe(EXIT.done);
    expect(await terminal.run('verify')).toBe(EXIT.damaged);
    expect(terminal.out()).not.toContain('parts[0].content must be a text');
  });
});

/** One conversation for each: a prompt, and the bad item or an answer. In the order of the tables. */
function appendBad(dir: string): readonly PreparedTurn[] {
  const archive = openArchive(dir, { mode: 'write' });
  const all: PreparedTurn[] = [];
  const append = (name: string, payload: string, meta?: JsonValue) => {
    const first = prepare(null, said(`harmless: ${name}`), all.length);
    const second = prepare(first, payload, all.length + 1);
    archive.append({
      turns: [first, second],
      heads: [{ conversation: first.hash, name: MAIN_HEAD, turn: second.hash }],
      ...(meta === undefined ? {} : { metas: [{ conversation: first.hash, meta: meta as Meta, timeMs: 1 }] }),
    });
    all.push(first, second);
  };
  for (const [name, [payload]] of Object.entries(badItems)) append(name, payload);
  for (const [name, [meta]] of Object.entries(badMetas)) append(name, said('An answer.', 'assistant'), meta);
  archive.close();
  return all;
}

function prepare(parent: PreparedTurn | null, payload: string, minute: number): PreparedTurn {
  const timeMs = Date.UTC(2026, 0, 2) + minute * 60_000;
  return prepareTurn({ parent, timeMs, ...ITEM_PAYLOAD, payload: encodeUtf8(payload) });
}
