import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCanaries } from './canary.ts';
import { type CanarySessions, makeCanarySessions } from './canary-sessions.ts';
import { openPlace, type Place } from './command-line.ts';
import { readPublished } from './published.ts';
import { appendUnredacted } from './unredacted.ts';

const config = (sessions: CanarySessions) => ({
  title: 'Canaries',
  publish: [{ conversation: '*', visibility: 'public' }],
  redact: { words: sessions.words },
  search: { toolOutput: true },
  images: { publish: true },
});

async function openWith(sessions: CanarySessions): Promise<Place> {
  const place = openPlace(sessions.env);
  for (const [path, text] of sessions.files) place.write(path, text);
  place.configure(config(sessions));
  expect((await place.turnpress('init', '.', '--origin', 'test.example/archive')).code).toBe(0);
  return place;
}

/** What every reading command says about everything in the archive. */
async function readAloud(place: Place): Promise<ReadonlyMap<string, string>> {
  const said = new Map<string, string>();
  const run = async (...argv: string[]): Promise<string> => {
    const { out, err } = await place.inside(...argv);
    said.set(argv.join(' '), `${out}\n${err}`);
    return out;
  };
  const list = JSON.parse(await run('log', '--limit', '0', '--json')) as readonly { readonly id: string }[];
  for (const args of [
    ['log', '--limit', '0'],
    ['verify', '--json'],
    ['doctor', '--json'],
  ])
    await run(...args);
  for (const words of ['look', 'done', 'value', 'value --role tool', 'thing*', 'kqzx7*']) {
    await run('search', ...words.split(' '), '--limit', '1000', '--json');
    await run('search', ...words.split(' '), '--limit', '1000');
  }
  for (const { id } of list) {
    await run('show', id, '--full');
    await run('show', id, '--json');
    await run('log', id, '--json', '--limit', '0');
    await run('log', id, '--limit', '0');
  }
  return said;
}

/** Canary's name → where it was read. */
function findAll(
  sessions: CanarySessions,
  texts: Iterable<readonly [string, string]>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [where, text] of texts) {
    for (const canary of findCanaries(text)) {
      const name = sessions.names.get(canary) ?? `unknown ${canary}`;
      found.set(name, [...(found.get(name) ?? []), where]);
    }
  }
  return found;
}

describe('secrets in every place of a session', () => {
  const sessions = makeCanarySessions();
  let place: Place;
  const said = new Map<string, string>();
  beforeAll(async () => {
    place = await openWith(sessions);
    for (const argv of [
      ['ingest', '--json'],
      ['ingest', '--verbose'],
      ['build', '--verbose'],
    ]) {
      const ran = await place.turnpress(...argv);
      expect(ran.code, ran.err).toBe(0);
      said.set(argv.join(' '), `${ran.out}\n${ran.err}`);
    }
  });
  afterAll(() => place.close());

  it('are in no file of the archive', () => {
    expect([...findAll(sessions, readPublished(place.archive))]).toEqual([]);
  });

  it('are in no file of a local site', () => {
    expect([...findAll(sessions, readPublished(place.privateSite))]).toEqual([]);
  });

  it('are in nothing that any command says', async () => {
    expect([...findAll(sessions, said)]).toEqual([]);
    expect([...findAll(sessions, await readAloud(place))]).toEqual([]);
  });

  it('are in no file of a public site, which the gate lets pass', async () => {
    const ran = await place.turnpress('publish', '--yes', '--json', '--output', 'public');
    expect(ran.code, ran.err).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({ blocked: [], site: { private: 0, leftOut: 0 } });
    expect([...findAll(sessions, [['stderr', ran.err]])]).toEqual([]);
    const files = readPublished(join(place.folder, 'public'));
    expect([...files.keys()].some((path) => /pagefind\/.*\.pf_fragment$/.test(path))).toBe(true);
    expect([...findAll(sessions, files)]).toEqual([]);
  });

  it('leave what is no secret in place', () => {
    const text = [...readPublished(place.privateSite).values()].join('\n');
    for (const kind of ['github', 'JSON password', 'home']) expect(text).toContain(`Look at the ${kind} thing`);
    expect(text).toContain('[redacted:github:1]');
  });
});

describe('the same sessions without redaction', () => {
  const sessions = makeCanarySessions();
  let place: Place;
  beforeAll(async () => {
    place = await openWith(sessions);
    const files = [...sessions.files.keys()].filter((path) => path.endsWith('.jsonl')).sort();
    appendUnredacted(
      place.archive,
      files.map((path) => join(place.folder, path)),
    );
  });
  afterAll(() => place.close());

  it('are found by the same search, every canary that an importer passes on', () => {
    const found = findAll(sessions, readPublished(place.archive));
    const missed = [...sessions.names.values()].filter((name) => !found.has(name) && !name.includes('(dropped)'));
    expect(missed).toEqual([]);
  });

  it('are found on pages, in every feed, in the search index and in what commands say', async () => {
    const ran = await place.turnpress('build');
    expect(ran.code, ran.err).toBe(0);
    const site = readPublished(place.privateSite);
    for (const kind of [
      /index\.html$/,
      /rss\.xml$/,
      /atom\.xml$/,
      /feed\.json$/,
      /\.pf_fragment$/,
      /\.pf_index$/,
      /opml$/,
    ]) {
      const files = [...site].filter(([path]) => kind.test(path));
      expect(findAll(sessions, files).size, String(kind)).toBeGreaterThan(10);
    }
    const pages = findAll(
      sessions,
      [...site].filter(([path]) => path.endsWith('.html')),
    );
    for (const place of [
      'prompt',
      'reasoning',
      'command',
      'tool output',
      'new text of an edit',
      'title',
      'tool output with base64',
    ]) {
      expect([...pages.keys()]).toContain(`github in claude-code: ${place}`);
    }
    const said = findAll(sessions, await readAloud(place));
    for (const place of ['prompt', 'tool output', 'working directory']) {
      expect([...said.keys()]).toContain(`github in claude-code: ${place}`);
    }
  });

  it('keep their conversations in when one publishes, by turn and rule and without the secret', async () => {
    const ran = await place.turnpress('publish', '--yes', '--strict', '--json', '--output', 'public');
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(/turn [0-9a-f]{16}: [a-z-]+, (?:once|\d+ times)/);
    const { blocked, newly } = JSON.parse(ran.out) as { blocked: readonly object[]; newly: readonly object[] };
    // Homes are shortened at import and no finding of the gate; every other kind stops both of its conversations.
    const kinds = new Set([...sessions.names.values()].map((name) => name.split(' in ')[0]));
    expect(blocked.length).toBeGreaterThanOrEqual((kinds.size - 1) * 3);
    const said = [['stderr', ran.err], ['stdout', ran.out], ...readPublished(join(place.folder, 'public'))] as const;
    const found = [...findAll(sessions, said).keys()];
    expect(found.filter((name) => !/home/.test(name))).toEqual([]);
    expect(newly.length).toBeLessThan(blocked.length);
    expect(readdirSync(place.folder).filter((name) => /\.tmp/.test(name))).toEqual([]);
  });
});
