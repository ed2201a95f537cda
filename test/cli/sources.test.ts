/** Where an agent's own bytes cannot be kept, its session is read all the same, and the exit code says so. */
/** The next run keeps them. */

import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPlace, type Place } from '../whole/command-line.ts';
import { claudeSession } from '../whole/sessions.ts';

let place: Place;

beforeEach(async () => {
  place = openPlace();
  const session = claudeSession('one');
  session.prompt('where does the lock live');
  session.answer('In the cupboard');
  session.prompt('thanks');
  place.write(`home/.claude/projects/-srv-code-orchard/${session.id}.jsonl`, session.text());
  place.configure({});
  expect((await place.inside('init')).code).toBe(0);
});
afterEach(() => place.close());

const sources = (): string => join(place.archive, 'private', 'sources');

it('a session whose source cannot be kept is read, the run ends with 3, and the next one keeps it', async () => {
  await place.inside('ingest', '--dry-run');
  writeFileSync(sources(), 'in the way');
  const ran = await place.inside('ingest');
  expect(ran.code).toBe(3);
  expect(ran.out).toContain('1 new');
  expect((await place.inside('log')).out).toContain('where does the lock live');
  expect((await place.inside()).code).toBe(3);
  rmSync(sources());
  expect((await place.inside('ingest')).code).toBe(0);
  expect(readdirSync(sources(), { recursive: true }).some((name) => String(name).endsWith('1.zst'))).toBe(true);
});

it('an empty index of kept bytes is replaced, and nothing is written over', async () => {
  expect((await place.inside('ingest')).code).toBe(0);
  const names = readdirSync(sources(), { recursive: true }).map(String);
  const index = names.find((name) => name.endsWith('index.json')) ?? '';
  writeFileSync(join(sources(), index), '');
  const session = claudeSession('one');
  session.prompt('where does the lock live');
  session.answer('In the cupboard');
  session.prompt('thanks');
  session.answer('Welcome');
  place.write(`home/.claude/projects/-srv-code-orchard/${session.id}.jsonl`, session.text());
  expect((await place.inside('ingest')).code).toBe(0);
  const kept = readdirSync(sources(), { recursive: true }).map(String);
  expect(kept.filter((name) => /\d\.zst$/.test(name)).length).toBe(2);
});

it('a run that could read nothing of what is there does not end with 0', async () => {
  place.write('notes.txt', 'no session at all');
  const ran = await place.inside('ingest', 'notes.txt');
  expect(ran).toMatchObject({ code: 3, err: expect.stringContaining('no known agent writes such a file') });
  expect(ran.err).not.toContain('no sessions in');
  // beside one that can be read it is a problem, and no more
  expect((await place.inside('ingest', 'notes.txt', 'home/.claude')).code).toBe(0);
});

it.skipIf(process.getuid?.() === 0)('neither where it may not be read', async () => {
  const projects = join(place.home, '.claude', 'projects');
  chmodSync(projects, 0o000);
  try {
    const ran = await place.inside('ingest');
    expect(ran).toMatchObject({ code: 3, err: expect.stringContaining('could not be listed') });
    expect(ran.err).not.toContain('no sessions were found');
  } finally {
    chmodSync(projects, 0o700);
  }
});

it('files of other programs among what was kept stop nobody, also where the index is lost', async () => {
  await place.inside('ingest');
  for (const name of readdirSync(sources())) writeFileSync(join(sources(), name, '.DS_Store'), 'x');
  writeFileSync(join(sources(), '.DS_Store'), 'x');
  const tiles = (readdirSync(join(place.archive, 'conversations'), { recursive: true }) as string[])
    .filter((name) => /tile\/payload\/\d+$/.test(name))
    .map((name) => join(place.archive, 'conversations', name));
  const before = tiles.map((tile) => readFileSync(tile));
  for (const tile of tiles) rmSync(tile);
  rmSync(join(place.archive, 'private', 'index.db'));
  const ran = await place.inside('ingest');
  expect([ran.code, ran.err]).toEqual([0, expect.stringContaining('came back from kept sources')]);
  expect((await place.inside('verify')).code).toBe(0);
  expect(before.length).toBe(1);
});
