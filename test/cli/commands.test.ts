import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { EXIT } from '../../src/cli/errors.ts';
import { openTerminal, type Terminal } from './world.ts';

const demo = join(import.meta.dirname, '..', '..', 'content', 'demo-sessions');

interface Listed {
  readonly id: string;
  readonly heads: readonly { readonly name: string }[];
  readonly meta: { readonly title?: string; readonly agent?: string; readonly parent?: object };
  readonly firstPrompt: string;
}

describe('the commands', () => {
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = openTerminal();
    mkdirSync(join(terminal.folder, 'home'));
    cpSync(join(demo, 'claude'), join(terminal.folder, 'home', '.claude'), { recursive: true });
    cpSync(join(demo, 'codex'), join(terminal.folder, 'home', '.codex'), { recursive: true });
    expect(await terminal.run('init', '.', '--origin', 'test.example/archive')).toBe(EXIT.done);
    expect(await terminal.run('ingest', '--json')).toBe(EXIT.done);
  });
  afterAll(() => terminal.close());

  const list = async (): Promise<readonly Listed[]> => {
    await terminal.run('log', '--limit', '0', '--json');
    return terminal.json() as readonly Listed[];
  };
  const idOf = async (words: RegExp): Promise<string> => {
    const found = (await list()).find((c) => words.test(c.meta.title ?? c.firstPrompt));
    if (found === undefined) throw new Error(`no conversation fits ${words}`);
    return found.id;
  };

  it('log shows a sub-agent below the conversation that started it', async () => {
    await terminal.run('log', '--limit', '0', '--json');
    const all = terminal.json() as readonly (Listed & {
      readonly meta: { readonly parent?: { readonly conversation?: string } };
    })[];
    const children = all.filter(({ meta }) => meta.parent?.conversation !== undefined);
    expect(children.length).toBeGreaterThan(0);
    await terminal.run('log', '--limit', '0');
    const lines = terminal.out().split('\n');
    const lineOf = (id = ''): number => lines.findIndex((line) => line.includes(id.slice(0, 16)));
    for (const { id, meta } of children) {
      expect(lines[lineOf(id)]).toContain('└ ');
      const between = lines.slice(lineOf(meta.parent?.conversation) + 1, lineOf(id));
      expect(lineOf(id)).toBeGreaterThan(lineOf(meta.parent?.conversation));
      expect(between.every((line) => line.includes('└ '))).toBe(true);
    }
  });

  it('each explain themselves with an example', async () => {
    for (const command of commands) {
      expect(await terminal.run(command.name, '--help')).toBe(EXIT.done);
      expect(terminal.out()).toContain('Examples:');
    }
  });

  it('refuse words that they do not know', async () => {
    expect(await terminal.run('ingest', '--no-such-option')).toBe(EXIT.usage);
    expect(terminal.err()).toContain('--no-such-option');
    expect(await terminal.run('serve', 'something')).toBe(EXIT.usage);
  });

  it('init leaves an archive alone that is there already', async () => {
    await expect(terminal.run('init', '.')).rejects.toThrow(/is an archive already/);
  });

  it('ingest finds the sessions of every agent on the machine', async () => {
    const conversations = await list();
    expect(conversations).toHaveLength(8);
    expect(new Set(conversations.map((c) => c.meta.agent))).toEqual(new Set(['claude-code', 'codex']));
    expect(conversations.filter((c) => c.meta.parent !== undefined)).toHaveLength(2);
    expect(conversations.flatMap((c) => c.heads).filter((head) => head.name !== 'main')).toHaveLength(1);
  });

  it('ingest adds nothing the second time', async () => {
    const before = publishedFiles(join(terminal.folder, 'archive'));
    expect(await terminal.run('ingest', '--json')).toBe(EXIT.done);
    expect(terminal.json()).toMatchObject({ turns: { new: 0 }, sources: { new: 0 } });
    expect(publishedFiles(join(terminal.folder, 'archive'))).toEqual(before);
  });

  it('ingest --strict ends with 3 when a file has a broken line, and reads the rest', async () => {
    const file = join(terminal.folder, 'broken.jsonl');
    const lines = readFileSync(findFile(join(demo, 'claude'), /0b4fa501.*\.jsonl$/), 'utf8').split('\n');
    writeFileSync(file, [lines[0], '{"type":"user",', ...lines.slice(1)].join('\n'));
    expect(await terminal.run('ingest', file, '--strict')).toBe(EXIT.problems);
    expect(terminal.err()).toMatch(/broken\.jsonl:2: /);
  });

  it('search finds words in every script and names the turn', async () => {
    expect(await terminal.run('search', 'wall-clock', '--json')).toBe(EXIT.done);
    const hits = terminal.json() as readonly { readonly turn: string; readonly snippet: string }[];
    expect(hits.length).toBeGreaterThan(0);
    expect(await terminal.run('show', hits[0]?.turn.slice(0, 16) ?? '')).toBe(EXIT.done);
    expect(await terminal.run('search', '時刻表', '--json')).toBe(EXIT.done);
    expect((terminal.json() as readonly unknown[]).length).toBeGreaterThan(0);
  });

  it('search takes hostile words as words', async () => {
    for (const words of ['"', "' OR 1=1 --", 'NEAR(', '*', 'a AND', '(((']) {
      expect(await terminal.run('search', words)).toBe(EXIT.done);
    }
  });

  it('show prints a branch, and no escape code that a turn brought along', async () => {
    const id = await idOf(/delivery window/i);
    expect(await terminal.run('show', id, '--full')).toBe(EXIT.done);
    expect(terminal.out()).toContain('wall-clock');
    expect(terminal.out()).not.toContain('\u001b');
    await expect(terminal.run('show', id, '--branch', 'nope')).rejects.toThrow(/has no branch "nope"; it has: main/);
  });

  it('show and log say what to do about an id that is none', async () => {
    await expect(terminal.run('show', 'ffffffffffff')).rejects.toThrow(/turnpress log/);
    await expect(terminal.run('show', 'not-an-id')).rejects.toThrow(/is no id/);
  });

  it('withdraw takes a turn out of everything, and a second ingest does not bring it back', async () => {
    await terminal.run('search', 'OKLab', '--json');
    const [hit] = terminal.json() as readonly { readonly turn: string }[];
    if (hit === undefined) throw new Error('nothing to redact');
    expect(await terminal.run('withdraw', hit.turn, '--reason', 'personal')).toBe(EXIT.done);
    await terminal.run('show', hit.turn);
    expect(terminal.out()).toContain('taken back');
    await terminal.run('ingest', '--json');
    await terminal.run('show', hit.turn);
    expect(terminal.out()).toContain('taken back');
    await terminal.run('search', 'OKLab', '--json');
    expect((terminal.json() as readonly { readonly turn: string }[]).map((h) => h.turn)).not.toContain(hit.turn);
  });

  it('withdraw --meta takes a title back, and no later ingest says one', async () => {
    const { id, title } = (await list()).flatMap(({ id, meta }) =>
      meta.title ? [{ id, title: meta.title }] : [],
    )[0] ?? {
      id: '',
      title: '',
    };
    expect(await terminal.run('withdraw', id.slice(0, 16), '--meta', '--reason', 'personal', '--json')).toBe(EXIT.done);
    expect(terminal.json()).toMatchObject({ conversation: id, reason: 2 });
    for (const ingest of [false, true]) {
      if (ingest) await terminal.run('ingest', '--json');
      expect((await list()).find((c) => c.id === id)?.meta.title).toBeUndefined();
      await terminal.run('log');
      expect(terminal.out()).not.toContain(title);
    }
    await expect(terminal.run('withdraw', 'ffffffffffffffff', '--meta', '--reason', 'other')).rejects.toThrow(
      /no conversation begins/,
    );
  });

  it('withdraw takes a title that repeats the turn with it', async () => {
    const own = openTerminal();
    const file = join(own.folder, 'titled.jsonl');
    const session = readFileSync(findFile(join(demo, 'claude'), /0b4fa501.*\.jsonl$/), 'utf8');
    const prompt = JSON.stringify('Please call the plum garden Mirabelle from now on.');
    const [line] = session.split('\n').filter((each) => each.includes('"type":"user"'));
    const entry = { ...(JSON.parse(line ?? '{}') as object), uuid: 'u-1', parentUuid: null, sessionId: 's-titled' };
    const told = { ...entry, message: { role: 'user', content: JSON.parse(prompt) as string } };
    const title = { type: 'ai-title', sessionId: 's-titled', aiTitle: 'Plum garden Mirabelle' };
    writeFileSync(file, `${[told, title].map((each) => JSON.stringify(each)).join('\n')}\n`);
    await own.run('init', '.', '--origin', 'test.example/titled');
    await own.run('ingest', file, '--settle');
    await own.run('search', 'Mirabelle', '--json');
    const [hit] = own.json() as readonly { readonly turn: string; readonly conversation: string }[];
    expect(await own.run('withdraw', hit?.turn ?? '', '--reason', 'personal')).toBe(EXIT.done);
    expect(own.err()).toContain('title of conversation');
    await own.run('log', '--json');
    expect((own.json() as readonly Listed[])[0]?.meta).toMatchObject({ agent: 'claude-code' });
    expect(own.out()).not.toMatch(/mirabelle/i);
    own.close();
  });

  it('verify finds nothing in a whole archive, and ends with 4 for a damaged one', async () => {
    expect(await terminal.run('verify', '--json')).toBe(EXIT.done);
    expect(terminal.json()).toMatchObject({ damage: [], complete: true });
    const copy = join(terminal.folder, 'damaged');
    cpSync(join(terminal.folder, 'archive'), copy, { recursive: true });
    const file = findFile(copy, /tile\/payload\/000$/);
    const bytes = readFileSync(file);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(await terminal.run('verify', '--archive', copy)).toBe(EXIT.damaged);
    expect(terminal.out()).toContain('tile/payload/000');
  });

  it('verify says when kept sources may bring back what is lost, and the next ingest does', async () => {
    const file = findFile(join(terminal.folder, 'archive'), /tile\/payload\/000$/);
    const bytes = readFileSync(file);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 20] = (flipped[bytes.length - 20] ?? 0) ^ 1;
    writeFileSync(file, flipped);
    expect(await terminal.run('verify')).toBe(EXIT.damaged);
    expect(terminal.err()).toContain(
      'the sources of 1 damaged conversation were kept: the next "turnpress ingest" puts back what they still say',
    );
    expect(await terminal.run('ingest')).toBe(EXIT.done);
    expect(terminal.err()).toMatch(/\d+ payloads? came back from kept sources/);
    expect(await terminal.run('verify')).toBe(EXIT.done);
  });

  it('build writes the site, says what is private, and writes nothing the second time', async () => {
    expect(await terminal.run('build', '--json')).toBe(EXIT.done);
    expect(terminal.json()).toMatchObject({ private: 8, pagesUnchanged: 0 });
    expect(existsSync(join(terminal.folder, '_private', 'index.html'))).toBe(true);
    expect(await terminal.run('build', '--json')).toBe(EXIT.done);
    expect(terminal.json()).toMatchObject({ pagesWritten: 0 });
  });

  it('build keeps the private and the public site in folders of their own', async () => {
    const page = join(terminal.folder, '_private', 'index.html');
    await terminal.run('build');
    const before = readFileSync(page, 'utf8');
    expect(existsSync(join(terminal.folder, '_site'))).toBe(false);
    expect(await terminal.run('publish', '--yes')).toBe(EXIT.done);
    expect(readFileSync(join(terminal.folder, '_site', 'index.html'), 'utf8')).toContain(
      'Nothing is published here yet.',
    );
    expect(readFileSync(page, 'utf8')).toBe(before);
  });

  it('doctor looks at everything and names the way out', async () => {
    await terminal.run('doctor', '--json');
    const findings = terminal.json() as readonly { readonly what: string; readonly state: string }[];
    expect(findings.map((f) => f.what)).toEqual(
      expect.arrayContaining(['node', 'configuration', 'archive', 'Claude Code', 'Codex', 'site search']),
    );
    expect(findings.find((f) => f.what === 'archive')?.state).toBe('ok');
  });
});

/** Relative path and bytes of everything that is published. */
function publishedFiles(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !join(entry.parentPath, entry.name).includes('/private/'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [file, readFileSync(file, 'latin1')] as const);
}

function findFile(folder: string, name: RegExp): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((file) => name.test(file));
  if (found === undefined) throw new Error(`no file fits ${name} in ${folder}`);
  return join(folder, found);
}
