/** `publish` and `unpublish`: nothing goes out that was not published, and what was published can be followed and taken out again. */
/** Through the command line, in-process; sessions are made by hand. */

import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../src/archive/format/format.ts';
import { silentLog } from '../../src/base/log.ts';
import { ArchiveLog } from '../../src/replica/log/log.ts';
import { openPlace, type Place } from '../whole/command-line.ts';
import { type ClaudeSession, claudePath, claudeSession } from '../whole/sessions.ts';

const ORIGIN = 'test.example/orchard';
const APPLE = { project: '/srv/code/apple', visibility: 'public' };
const PLUM = { project: '/srv/code/plum', visibility: 'public' };
let place: Place;
let apple: ClaudeSession;

beforeEach(async () => {
  place = openPlace();
  apple = write('apple');
  write('plum');
  await run(0, 'init', '.', '--origin', ORIGIN);
  await run(0, 'ingest', '--settle');
});
afterEach(() => place.close());

function write(word: string): ClaudeSession {
  const session = claudeSession(word, { cwd: `/srv/code/${word}` });
  session.prompt(`Plant the ${word} tree`);
  session.answer([{ type: 'text', text: `The ${word} tree is planted.` }]);
  place.write(claudePath(session.id, `-srv-code-${word}`), session.text());
  return session;
}

/** One more exchange in the session about apples. */
async function grow(words: string): Promise<void> {
  apple.prompt(`Now ${words}`);
  apple.answer([{ type: 'text', text: `Done: ${words}.` }]);
  place.write(claudePath(apple.id, '-srv-code-apple'), apple.text());
  await run(0, 'ingest', '--settle');
}

function rules(...publish: readonly object[]): void {
  place.configure({ publish });
}

async function run(code: number, ...argv: readonly string[]) {
  const ran = await place.inside(...argv).catch((error: unknown) => ({ code: 2, out: '', err: String(error) }));
  expect([argv.join(' '), ran.code, ran.err]).toEqual([argv.join(' '), code, ran.err]);
  return ran;
}

async function json<T>(...argv: readonly string[]): Promise<T> {
  return JSON.parse((await run(0, ...argv, '--json')).out) as T;
}

function log(): { readonly size: number; readonly published: number; readonly keys: number; readonly signers: number } {
  const open = ArchiveLog.open({ mode: 'read', dir: place.archive, origin: ORIGIN, indexPath: '', log: silentLog });
  const signers = open.checkpoint?.signatures.length ?? 0;
  const said = { size: open.size, published: open.countPublished(), keys: open.listKeys().length, signers };
  open.close();
  return said;
}

/** Whether any page, list, feed or file for scripts of the public site holds these words. */
function shows(words: string): boolean {
  const names = readdirSync(place.site, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = names.map((entry) => join(entry.parentPath, entry.name));
  return files.some((file) => !/\/(?:docs|assets)\//.test(file) && readFileSync(file, 'utf8').includes(words));
}

const keyFile = () => join(place.archive, 'private', 'keys', 'archive.ed25519');

describe('publish', () => {
  it('is what makes public: a rule and a build alone show nothing', async () => {
    rules(APPLE);
    const built = await run(0, 'build', '--public');
    expect(built.err).toContain('nothing is published yet: "turnpress publish --dry-run"');
    expect(shows('apple')).toBe(false);
    expect(existsSync(join(place.archive, 'log'))).toBe(false);
  });

  it('shows what it would do, and does it only when somebody says yes', async () => {
    rules(APPLE);
    const dry = await run(0, 'publish', '--dry-run');
    expect(dry.out).toMatch(/^newly public:\n {2}[0-9a-f]{16} Plant the apple tree \(2 turns\)\n$/);
    expect((await run(2, 'publish')).err).toMatch(/this would publish 1 conversation that nobody could see/);
    place.answer('n');
    expect((await run(2, 'publish')).err).toContain('nothing was published');
    expect([existsSync(join(place.archive, 'log')), existsSync(keyFile()), existsSync(place.site)]).toEqual([
      false,
      false,
      false,
    ]);
    place.answer('y');
    const said = await run(0, 'publish');
    expect(said.out).toMatch(/^1 conversation published; 1 conversation public\n/);
    expect(said.err).toMatch(/fingerprint (?:[a-z]+ ){7}[a-z]+\n {14}(?:[0-9a-f]{4} ?){16}\n/);
    expect(said.err).toContain('nobody can make it again: keep a copy of it');
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect(log()).toEqual({ size: 2, published: 1, keys: 1, signers: 1 });
    expect(shows('Plant the apple tree')).toBe(true);
    expect(shows('plum')).toBe(false);
  });

  it('of the same archive twice appends nothing', async () => {
    rules(APPLE);
    await run(0, 'publish', '--yes');
    const before = readFileSync(join(place.archive, 'log', 'checkpoint'));
    expect(await json('publish')).toMatchObject({ records: 0, newly: [], grown: [], unchanged: 1 });
    expect(readFileSync(join(place.archive, 'log', 'checkpoint'))).toEqual(before);
  });

  it('lets nothing out by a build that was only ingested', async () => {
    rules(APPLE);
    await run(0, 'publish', '--yes');
    await grow('water the quince');
    await run(0, 'build', '--public');
    expect(shows('quince')).toBe(false);
    const { out } = await run(0, 'log', '--project', 'apple');
    expect(out).toContain('published in part');
    expect(await json('publish')).toMatchObject({ records: 1, newly: [], grown: [{ title: 'Plant the apple tree' }] });
    expect(shows('quince')).toBe(true);
    expect((await run(0, 'log', '--project', 'apple')).out).toMatch(/published\n$/);
    await run(0, 'verify');
  });

  it('withdraws what no rule makes public any more, and a build leaves it out before', async () => {
    rules(APPLE, PLUM);
    await run(0, 'publish', '--yes');
    rules(PLUM);
    const built = await run(0, 'build', '--public');
    expect(built.err).toContain('1 published conversation is left out: the next "turnpress publish" withdraws it');
    expect(shows('apple')).toBe(false);
    expect((await run(0, 'publish')).err).toMatch(
      /withdrawn:\n.*Plant the apple tree \(no rule makes it public any more\)/,
    );
    expect(log()).toMatchObject({ size: 4, published: 1 });
    expect(readdirSync(join(place.archive, 'log', 'conversations'))).toHaveLength(1);
    rules(APPLE, PLUM);
    expect((await run(2, 'publish')).err).toContain('this would publish 1 conversation');
  });

  it('keeps in what the gate stops: new turns of it, and all of it when the words were out already', async () => {
    rules(APPLE, PLUM);
    await run(0, 'publish', '--yes');
    await grow('tell nobody of Nightjar');
    place.configure({ publish: [APPLE, PLUM], redact: { words: ['Nightjar'] } });
    const held = await run(0, 'publish');
    expect(held.err).toMatch(/may not be published, its new turns stay in: turn [0-9a-f]{16}: /);
    expect(held.err).not.toContain('Nightjar');
    expect(log()).toMatchObject({ size: 3, published: 2 });
    expect(shows('Plant the apple tree')).toBe(true);
    await run(3, 'publish', '--strict');
    place.configure({ publish: [APPLE, PLUM], redact: { words: ['planted'] } });
    const built = await run(0, 'build', '--public');
    expect(built.err).toMatch(/left out: conversation [0-9a-f]{16} may not be published any more: turn/);
    expect(shows('Plant the')).toBe(false);
    await run(0, 'publish');
    expect(log()).toMatchObject({ size: 5, published: 0 });
  });

  it('publishes nothing under rules that are no rules', async () => {
    rules({ projekt: '/srv/code/apple', visibility: 'public' });
    await run(2, 'publish', '--yes');
    expect(existsSync(join(place.archive, 'log'))).toBe(false);
  });

  it('is seen by verify and doctor, and a log that lost records is damage without any index', async () => {
    rules(APPLE);
    await run(0, 'publish', '--yes');
    expect((await run(0, 'verify')).out).toContain('published: 1 conversation, 2 records in the archive log');
    const doctor = await json<readonly { readonly what: string; readonly says: string }[]>('doctor');
    expect(doctor.find(({ what }) => what === 'published')?.says).toBe('1 conversation');
    expect(doctor.find(({ what }) => what === 'key')?.says).toMatch(/^fingerprint (?:[a-z]+ ){8}\(/);
    const conversations = join(place.archive, 'conversations');
    renameSync(conversations, join(place.folder, 'aside'));
    rmSync(join(place.archive, 'private', 'index.db'));
    expect((await run(4, 'verify')).out).toMatch(/fewer than the \d+ records that were published of it/);
    expect((await run(4, 'publish')).err).toContain('published and not in the archive any more');
    expect(log()).toMatchObject({ size: 2, published: 1 });
  });
});

describe('unpublish', () => {
  it('is refused while the rules would publish it again, and says which rule keeps it in', async () => {
    rules(APPLE, PLUM);
    await run(0, 'publish', '--yes');
    const [first] = await json<readonly { readonly id: string }[]>('log', '--project', 'apple');
    const id = first?.id ?? '';
    const refused = await run(2, 'unpublish', id.slice(0, 8));
    const rule = { conversation: id.slice(0, 16), visibility: 'private' };
    expect(refused.err).toContain(JSON.stringify(rule));
    expect(log()).toMatchObject({ published: 2 });
    rules(APPLE, PLUM, rule);
    await run(0, 'unpublish', id.slice(0, 8));
    expect(log()).toMatchObject({ size: 4, published: 1 });
    expect(shows('apple')).toBe(false);
    expect((await run(0, 'unpublish', id)).out).toBe('nothing of it is published\n');
    expect((await run(2, 'unpublish', 'ffffffff')).err).toContain('no published conversation begins with');
  });
});

describe('the key', () => {
  it('is replaced by one for which it signs, and stays beside it', async () => {
    rules(APPLE);
    await run(0, 'publish', '--yes');
    const before = readFileSync(keyFile(), 'utf8');
    expect((await run(0, 'publish', '--rotate-key')).err).toContain('a new key signs from now on');
    expect(log()).toEqual({ size: 3, published: 1, keys: 2, signers: 2 });
    expect(readFileSync(keyFile(), 'utf8')).not.toBe(before);
    const names = readdirSync(join(place.archive, 'private', 'keys'));
    expect(names).toEqual([expect.stringMatching(/^archive-[0-9a-f]{8}\.ed25519$/), 'archive.ed25519']);
    expect(readFileSync(join(place.archive, 'private', 'keys', names[0] ?? ''), 'utf8')).toBe(before);
    // who did not look in between knows only the old one
    await grow('prune it');
    await run(0, 'publish');
    expect(log()).toEqual({ size: 4, published: 1, keys: 2, signers: 2 });
    await run(0, 'publish', '--rotate-key');
    expect(log()).toEqual({ size: 5, published: 1, keys: 3, signers: 3 });
    for (const name of readdirSync(join(place.archive, 'private', 'keys')))
      if (name.startsWith('archive-')) rmSync(join(place.archive, 'private', 'keys', name));
    await grow('water it');
    await run(0, 'publish');
    expect(log()).toEqual({ size: 6, published: 1, keys: 3, signers: 1 });
    await run(0, 'verify');
  });

  it('is taken over also when something stopped between the log and the files', async () => {
    rules(APPLE);
    await run(0, 'publish', '--yes');
    const keys = join(place.archive, 'private', 'keys');
    const old = readFileSync(keyFile(), 'utf8');
    await run(0, 'publish', '--rotate-key');
    const kept = readdirSync(keys).find((name) => name.startsWith('archive-')) ?? '';
    renameSync(keyFile(), join(keys, 'next.ed25519'));
    renameSync(join(keys, kept), keyFile());
    expect(readFileSync(keyFile(), 'utf8')).toBe(old);
    await grow('prune it');
    await run(0, 'publish');
    expect(readdirSync(keys)).toEqual([kept, 'archive.ed25519']);
    expect(log()).toEqual({ size: 4, published: 1, keys: 2, signers: 2 });
  });

  it('that is lost stops everything, until a person lets another one take over', async () => {
    rules(APPLE);
    await run(0, 'publish', '--yes');
    rmSync(keyFile());
    await grow('prune it');
    expect((await run(2, 'publish')).err).toMatch(
      /put it back from a backup\. If it is lost for ever, "turnpress publish --rotate-key"/,
    );
    expect((await run(2, 'publish', '--rotate-key')).err).toMatch(
      /everybody who follows this archive has to accept it anew/,
    );
    await run(0, 'publish', '--rotate-key', '--yes');
    expect(log()).toEqual({ size: 4, published: 1, keys: 2, signers: 1 });
  });

  it('is done without where nobody wants one, and no log that is signed becomes unsigned', async () => {
    rules(APPLE);
    const said = await run(0, 'publish', '--yes', '--unsigned');
    expect(said.out).toContain('1 conversation public (unsigned)');
    expect(existsSync(keyFile())).toBe(false);
    expect(parseCheckpoint(readFileSync(join(place.archive, 'log', 'checkpoint'))).signatures).toEqual([]);
    rules(APPLE, PLUM);
    await run(0, 'publish', '--yes');
    expect(log()).toEqual({ size: 3, published: 2, keys: 1, signers: 1 });
    expect((await run(2, 'publish', '--unsigned')).err).toContain('the archive log is signed, and stays so');
  });
});
