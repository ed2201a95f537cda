/** A folder from a stranger is only data: its `private/` is not believed and its templates do not run, until the owner says so. */
/** Each test has a machine of its own: a home whose state folder remembers. */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlace, type Place } from '../whole/command-line.ts';
import { claudeSession } from '../whole/sessions.ts';

let place: Place;

beforeEach(async () => {
  place = openPlace();
  const session = claudeSession('one');
  session.prompt('where does the lock live');
  session.answer('In the cupboard');
  place.write(`home/.claude/projects/-srv-code-orchard/${session.id}.jsonl`, session.text());
  place.configure({});
  expect((await place.inside()).code).toBe(0);
});
afterEach(() => place.close());

/** Another machine, or another user: nothing is remembered there. */
function forgetMachine(): void {
  rmSync(join(place.home, '.local'), { recursive: true, force: true });
}

const inPrivate = (...names: string[]): string => join(place.archive, 'private', ...names);

describe('private/ from elsewhere', () => {
  it('is not used by who reads, and is left as it is', async () => {
    const expected = (await place.inside('log')).out;
    forgetMachine();
    const before = readdirSync(inPrivate(), { recursive: true }).sort();
    const ran = await place.inside('log');
    expect(ran).toMatchObject({ code: 0, out: expected });
    expect(readdirSync(inPrivate(), { recursive: true }).sort()).toEqual(before);
  });

  it('cannot put words into a page or have files deleted', async () => {
    const mine = (await place.inside('build')).out;
    expect(mine).toContain('0 pages written');
    const planted = join(place.folder, 'planted');
    cpSync(inPrivate(), planted, { recursive: true });
    const page = readFileSync(join(place.privateSite, 'index.html'), 'utf8');
    // the state says that all is made; believed, nothing would be written
    forgetMachine();
    rmSync(place.privateSite, { recursive: true });
    const ran = await place.inside('build');
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('was not made here');
    expect(readFileSync(join(place.privateSite, 'index.html'), 'utf8')).toBe(page);
    expect(existsSync(inPrivate('foreign', 'sources'))).toBe(true);
    expect(existsSync(inPrivate('sources'))).toBe(false);
    expect((await place.inside('build')).err).not.toContain('was not made here');
  });

  it('is believed when the owner says so, before or after', async () => {
    forgetMachine();
    expect((await place.inside('build', '--trust')).out).toContain('0 pages written');
    expect(existsSync(inPrivate('foreign'))).toBe(false);
    forgetMachine();
    expect((await place.inside('ingest')).code).toBe(0);
    const kept = readdirSync(inPrivate('foreign', 'sources'), { recursive: true });
    rmSync(inPrivate('sources'), { recursive: true });
    expect((await place.inside('ingest', '--trust')).code).toBe(0);
    expect(readdirSync(inPrivate('sources'), { recursive: true })).toEqual(kept);
  });

  it('says where its key waits, and what brings it back', async () => {
    place.configure({ publish: [{ agent: 'claude-code', visibility: 'public' }] });
    expect((await place.inside('publish', '--yes')).code).toBe(0);
    writeFileSync(inPrivate('id'), '');
    expect((await place.inside('ingest')).err).toContain('was not made here');
    await expect(place.inside('publish', '--yes')).rejects.toThrow(
      /the key that signs waits in .*foreign.keys.*"turnpress publish --trust"/,
    );
    expect(await place.inside('publish', '--yes', '--trust')).toMatchObject({ code: 0 });
    expect(existsSync(inPrivate('keys', 'archive.ed25519'))).toBe(true);
  });

  it('is no reason to stop where the machine can remember nothing but is asked to write', async () => {
    forgetMachine();
    writeFileSync(join(place.home, '.local'), 'no folder');
    const ran = await place.inside('ingest').catch((error: Error) => ({ code: 2, err: error.message }));
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('XDG_STATE_HOME');
    expect((await place.inside('log')).code).toBe(0);
  });
});

describe('templates of a folder', () => {
  beforeEach(() => {
    mkdirSync(join(place.folder, 'templates'));
    const ours = readFileSync(join(import.meta.dirname, '..', '..', 'templates', 'layout.njk'), 'utf8');
    writeFileSync(join(place.folder, 'templates', 'layout.njk'), ours.replace('<title>', '<title>theirs: '));
  });

  it('run only after the owner has said so once', async () => {
    await expect(place.inside('build')).rejects.toThrow('templates are programs');
    expect((await place.inside('build', '--trust')).code).toBe(0);
    expect(readFileSync(join(place.privateSite, 'index.html'), 'utf8')).toContain('<title>theirs');
    expect((await place.inside('build')).code).toBe(0);
    forgetMachine();
    await expect(place.inside('build')).rejects.toThrow('templates are programs');
  });

  it('are asked about again in another place', async () => {
    expect((await place.inside('build', '--trust')).code).toBe(0);
    renameSync(join(place.folder, 'content'), join(place.folder, 'elsewhere'));
    mkdirSync(join(place.folder, 'sub'));
    renameSync(join(place.folder, 'elsewhere'), join(place.folder, 'sub', 'content'));
    cpSync(join(place.folder, 'templates'), join(place.folder, 'sub', 'templates'), { recursive: true });
    await expect(place.inside('build', '--config', 'sub/content/site.json')).rejects.toThrow('templates are programs');
  });
});
