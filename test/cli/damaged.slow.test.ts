/** One damaged conversation stops only itself: in ingest, search, show, log and build, whatever part of its files is bad. */
/** Each file of one conversation is flipped at several places; the other conversations go on as if nothing had been. */

import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlace, type Place } from '../whole/command-line.ts';
import { type ClaudeSession, claudeSession } from '../whole/sessions.ts';

let place: Place;
let sessions: readonly ClaudeSession[];
let id: string;

beforeEach(async () => {
  place = openPlace();
  sessions = ['alpha', 'beta'].map((name) => {
    const session = claudeSession(name);
    session.prompt(`where does the ${name} lock live`);
    session.answer(`In the ${name} cupboard`);
    session.prompt(`and the ${name} key`);
    session.answer(`On the ${name} hook`);
    return session;
  });
  save();
  expect((await place.inside('build', '--help')).code).toBe(0);
  expect((await place.inside()).code).toBe(0);
  await place.inside('search', 'alpha', '--json');
  id =
    (JSON.parse((await place.inside('search', 'alpha', 'cupboard', '--json')).out) as { conversation: string }[])[0]
      ?.conversation ?? '';
});
afterEach(() => place.close());

function save(): void {
  for (const session of sessions)
    place.write(`home/.claude/projects/-srv-code-orchard/${session.id}.jsonl`, session.text());
}

function listFiles(): string[] {
  const folder = join(place.archive, 'conversations', id);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

const HARMS: Readonly<Record<string, (path: string) => void>> = {
  'flipped at the start': (path) => flip(path, 0.02),
  'flipped in the middle': (path) => flip(path, 0.5),
  'flipped at the end': (path) => flip(path, 0.98),
  gone: (path) => rmSync(path),
  empty: (path) => writeFileSync(path, ''),
};

function flip(path: string, where: number): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length * where);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

describe('a damaged conversation', () => {
  for (const [harm, work] of Object.entries(HARMS)) {
    it(`with a file ${harm} stops only itself`, async () => {
      const whole = listFiles().map((path) => ({ path, bytes: readFileSync(path) }));
      let n = 0;
      for (const { path } of whole) {
        for (const each of whole) writeFileSync(each.path, each.bytes);
        work(path);
        n++;
        for (const session of sessions) {
          session.prompt(`growth ${n} of ${session.id}`);
          session.answer(`grown ${n}`);
        }
        save();
        const where = `${harm}: ${path}`;
        const ran = await place.inside('ingest');
        expect([0, 4], `${where}: ${ran.err}`).toContain(ran.code);
        expect(ran.err).not.toMatch(/mistake|\n\s+at /);
        const found = await place.inside('search', 'lock', '--json');
        expect([0, 4], `${where}: ${found.err}`).toContain(found.code);
        expect(found.out).toContain('beta');
        const grown = await place.inside('search', `"growth ${n}"`, '--json');
        expect(grown.out, where).toContain(sessions[1]?.id ?? '?');
        const built = await place.inside('build');
        expect([0, 4], `${where}: ${built.err}`).toContain(built.code);
        const page = join(place.privateSite, 'c', id.slice(0, 16), 'index.html');
        expect(readFileSync(page, 'utf8'), where).toMatch(/damage|In the alpha cupboard/i);
      }
    });
  }

  it('of which the whole folder is gone has a page that says so, in the private site only, until it is back', async () => {
    const folder = join(place.archive, 'conversations', id);
    const page = join('c', id.slice(0, 16), 'index.html');
    place.configure({ publish: [{ conversation: '*', visibility: 'public' }] });
    renameSync(folder, join(place.folder, 'away'));
    expect((await place.inside('build')).code).toBe(4);
    expect(readFileSync(join(place.privateSite, page), 'utf8')).toContain('its log is gone');
    expect((await place.inside('build', '--public')).code).toBe(4);
    expect(existsSync(join(place.site, page))).toBe(false);
    renameSync(join(place.folder, 'away'), folder);
    expect((await place.inside('build')).code).toBe(0);
    expect(readFileSync(join(place.privateSite, page), 'utf8')).toContain('In the alpha cupboard');
  });
});
