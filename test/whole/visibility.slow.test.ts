import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPlace, type Place } from './command-line.ts';
import { readingsOf, readPublished } from './published.ts';
import { claudePath, claudeSession, codexPath, codexSession } from './sessions.ts';

/** A conversation of one project; every text in it holds the project's word. */
function writeSessions(place: Place, projects: readonly string[]): void {
  for (const project of projects) {
    const word = `${project}berry`;
    const s = claudeSession(project, { cwd: `/srv/code/${project}`, gitBranch: `${word}-branch` });
    s.prompt(`Plant the ${word} please`);
    s.answer([
      { type: 'text', text: `The ${word} is planted.` },
      {
        type: 'tool_use',
        id: 'toolu_1',
        name: 'Task',
        input: { prompt: `water the ${word}`, description: 'Water it' },
      },
    ]);
    s.result('toolu_1', 'watered\nagentId: a1b2c3', { toolUseResult: { agentId: 'a1b2c3', content: [] } });
    s.answer([{ type: 'text', text: 'All is well.' }], { model: `${word}-model` });
    s.loose({ type: 'custom-title', customTitle: `About the ${word}`, sessionId: s.id });
    place.write(claudePath(s.id, `-srv-work-${project}`), s.text());
    const child = claudeSession(`${project} child`, {
      cwd: `/srv/code/${project}-toolhut`,
      more: { isSidechain: true, agentId: 'a1b2c3', sessionId: s.id },
    });
    child.prompt(`Water the toolhut${word} now`);
    child.answer([{ type: 'text', text: `The toolhut${word} is wet.` }]);
    place.write(claudePath(`${s.id}/subagents/agent-a1b2c3`, `-srv-work-${project}`), child.text());
    const c = codexSession(project, { cwd: `/srv/code/${project}`, git: { branch: `${word}-branch` } });
    c.prompt(`Dig for ${word}`);
    c.call('call_1', 'exec_command', { cmd: `dig ${word}` });
    c.output('call_1', `found ${word}`);
    c.say(`Dug for ${word}`);
    place.write(codexPath(c.id), c.text());
  }
}

const rules = (...projects: readonly string[]) => ({
  title: 'Garden',
  publish: projects.map((project) => ({ project: `/srv/code/${project}`, visibility: 'public' })),
  tags: ['apple', 'plum', 'quince'].map((project) => ({
    project: `/srv/code/${project}`,
    add: [`${project}berry-tag`],
  })),
  search: { toolOutput: true },
});

async function openWith(...projects: readonly string[]): Promise<Place> {
  const place = openPlace();
  writeSessions(place, projects);
  place.configure(rules());
  expect((await place.turnpress('init', '.', '--origin', 'test.example/garden')).code).toBe(0);
  expect((await place.turnpress('ingest')).code).toBe(0);
  return place;
}

async function buildPublic(place: Place, output: string): Promise<ReadonlyMap<string, string>> {
  expect((await place.turnpress('publish', '--yes', '--output', output)).code).toBe(0);
  const ran = await place.turnpress('build', '--public', '--output', output);
  expect(ran.code).toBe(0);
  expect(ran.err).toMatch(/^(?:nothing is public.*\n(?: .*\n)?)?$/);
  return readPublished(join(place.folder, output));
}

/** In whichever format it is; 0 for no feed. */
function countEntries(feed = ''): number {
  return feed.match(/<entry>|<item>|"id": ?"urn:/g)?.length ?? 0;
}

/** Without what each publish says of itself: the archive log, the key, the signatures. */
function unsigned(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const own = /^archive\/(?:log\/|archive\.json$|conversations\/[^/]+\/checkpoint$)|^build\.json$/;
  return new Map([...files].filter(([path]) => !own.test(path)));
}

describe('a public build', () => {
  let all: Place;
  let some: Place;
  beforeAll(async () => {
    all = await openWith('apple', 'plum', 'quince');
    some = await openWith('apple');
  });
  afterAll(() => {
    all.close();
    some.close();
  });

  it('gives the bytes of an archive that never held what is private', async () => {
    all.configure(rules('apple'));
    some.configure(rules('apple'));
    const whole = await buildPublic(all, 'apple');
    expect(whole.size).toBeGreaterThan(20);
    const alone = unsigned(await buildPublic(some, 'apple'));
    expect([...alone.keys()]).toEqual([...unsigned(whole).keys()]);
    for (const [path, text] of unsigned(whole)) expect(alone.get(path) === text, path).toBe(true);
  });

  it('holds no word, name, count, id or hash of what is private', async () => {
    all.configure(rules('apple'));
    const files = await buildPublic(all, 'apple');
    const log = JSON.parse((await all.inside('log', '--limit', '0', '--json')).out) as readonly Listed[];
    const secret = ['plum', 'quince', 'toolhut'];
    for (const conversation of log.filter((one) => one.meta.project !== 'apple')) {
      const turns = JSON.parse((await all.inside('log', conversation.id, '--json')).out) as readonly Turn[];
      for (const turn of turns) secret.push(turn.hash.slice(0, 16), turn.payloadHash.slice(0, 16));
    }
    expect(secret.length).toBeGreaterThan(20);
    for (const [path, text] of files) {
      const readings = [path, ...readingsOf(text)].map((one) => one.toLowerCase());
      for (const word of secret)
        expect(
          readings.some((one) => one.includes(word)),
          `${word} in ${path}`,
        ).toBe(false);
    }
    expect(files.get('index.html')).not.toMatch(/\b(?:[3-9]|\d\d) conversations/);
  });

  it('does not publish the conversation of a sub-agent with the one that started it', async () => {
    all.configure(rules('apple'));
    const text = [...(await buildPublic(all, 'apple')).values()].join('\n');
    expect(text).toContain('water the appleberry');
    expect(text).not.toContain('toolhutappleberry');
  });

  it('does not name the private conversation that started a public one', async () => {
    all.configure(rules('apple-toolhut'));
    const files = await buildPublic(all, 'hut');
    const log = JSON.parse((await all.inside('log', '--limit', '0', '--json')).out) as readonly Listed[];
    const started = log.find((one) => one.meta.title === 'About the appleberry');
    if (started === undefined) throw new Error('the conversation that starts the sub-agent is gone');
    // the replica holds a conversation's facts as they are signed, and who started it is one of them, by id
    const text = [...files]
      .filter(([path]) => !path.startsWith('archive/'))
      .flat()
      .join('\n');
    const replica = [...files]
      .filter(([path]) => path.startsWith('archive/'))
      .flat()
      .join('\n');
    for (const word of ['About the', 'the appleberry']) expect(replica).not.toContain(word);
    expect(text).toContain('toolhutappleberry');
    for (const word of ['About the', 'apple-toolhut-', 'toolu_1', ...(started.meta.sessions ?? ['?'])])
      expect(text).not.toContain(word);
    expect(text).not.toContain(started.id.slice(0, 16));
  });

  it('changes only its own files and the indexes when one more becomes public', async () => {
    all.configure(rules('apple'));
    const before = await buildPublic(all, 'flip');
    all.configure(rules('apple', 'plum'));
    const after = await buildPublic(all, 'flip');
    const log = JSON.parse((await all.inside('log', '--limit', '0', '--json')).out) as readonly Listed[];
    const plums = log.filter((one) => one.meta.project === 'plum').map((one) => one.id.slice(0, 16));
    expect(plums).toHaveLength(2);
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (path) => before.get(path) !== after.get(path),
    );
    const own = new RegExp(`^(?:c|archive/conversations)/(?:${plums.join('|')})`);
    const lists =
      /^(?:projects|agents|models|tags|stats|files|digest)\/|^(?:index\.html|rss\.xml|atom\.xml|feed\.json|feeds\.opml|sitemap[-0-9a-z]*\.xml)$/;
    const indexes = /^search\/|^pagefind\/[0-9a-f]{16}\/|^t\/[0-9a-f]{2}\.json$|^build\.json$|^archive\/log\//;
    const others = changed.filter((path) => !own.test(path) && !lists.test(path) && !indexes.test(path));
    // what was under way elsewhere counts as ended once something much later is on the site: its feeds tell of it, no page does
    expect(others.filter((path) => !/^c\/[0-9a-f]{16}\/(?:atom\.xml|rss\.xml|feed\.json)$/.test(path))).toEqual([]);
    for (const path of others)
      expect(countEntries(after.get(path)), path).toBeGreaterThan(countEntries(before.get(path)));
    expect(changed.filter((path) => own.test(path)).length).toBeGreaterThanOrEqual(8);
    expect(after.get('projects/apple/index.html')).toBe(before.get('projects/apple/index.html'));
    expect(await buildPublic(all, 'fresh')).toEqual(after);
  });

  it('leaves nothing behind when it becomes private again', async () => {
    all.configure(rules('apple'));
    const before = await buildPublic(all, 'apple');
    all.configure(rules('apple', 'plum'));
    await buildPublic(all, 'back');
    all.configure(rules('apple'));
    expect(unsigned(await buildPublic(all, 'back'))).toEqual(unsigned(before));
  });

  it('of an archive that is private as a whole is an empty site', async () => {
    all.configure(rules());
    const files = await buildPublic(all, 'nothing');
    const text = [...files].flat().join('\n').toLowerCase();
    for (const word of ['appleberry', 'plum', 'quince', 'toolhut']) expect(text).not.toContain(word);
    expect([...files.keys()].filter((path) => path.startsWith('c/'))).toEqual([]);
  });
});

describe('a misspelt configuration', () => {
  let place: Place;
  beforeAll(async () => {
    place = await openWith('apple');
  });
  afterAll(() => place.close());
  afterEach(() => expect(existsSync(join(place.folder, 'out'))).toBe(false));

  const wrong: readonly (readonly [string, string])[] = [
    ['a visibility that does not exist', '{"publish":[{"visibility":"Public"}]}'],
    ['a rule without visibility', '{"publish":[{"project":"apple"}]}'],
    ['an unknown member of a rule', '{"publish":[{"projcet":"apple","visibility":"public"}]}'],
    ['an unknown member', '{"publsh":[{"visibility":"private"}],"publish":[{"visibility":"public"}]}'],
    ['one rule instead of a list', '{"publish":{"visibility":"public"}}'],
    ['a rule for everything', '{"publish":[{"visibility":"public"}]}'],
    ['a project by the last word of its folder', '{"publish":[{"project":"apple","visibility":"public"}]}'],
    ['the same with a star', '{"publish":[{"project":"app*","visibility":"public"}]}'],
    ['a tag by it', '{"tags":[{"project":"apple","add":["x"]}],"publish":[{"tag":"x","visibility":"public"}]}'],
    ['a list of words', '{"publish":["public"]}'],
    ['a word', '{"publish":"public"}'],
    ['a value of the wrong kind', '{"publish":[{"project":true,"visibility":"public"}]}'],
    ['too few digits of a conversation', '{"publish":[{"conversation":"ab","visibility":"public"}]}'],
    ['no JSON', '{"publish":[{"visibility":"public"}]'],
    ['an empty file', ''],
    ['a list', '[{"visibility":"public"}]'],
  ];
  for (const [name, text] of wrong) {
    it(`publishes nothing: ${name}`, async () => {
      place.write('content/site.json', text);
      const ran = await place.turnpress('publish', '--yes', '--output', 'out');
      expect(ran.code).toBe(2);
      expect(ran.err).toContain('site.json');
    });
  }

  it('publishes nothing: a file that is not there but was asked for', async () => {
    const ran = await place.turnpress('publish', '--yes', '--output', 'out', '--config', 'content/sites.json');
    expect(ran.code).toBe(2);
  });
});

interface Listed {
  readonly id: string;
  readonly meta: { readonly project?: string; readonly title?: string; readonly sessions?: readonly string[] };
}

interface Turn {
  readonly hash: string;
  readonly payloadHash: string;
}
