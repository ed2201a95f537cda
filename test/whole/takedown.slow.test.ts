import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAtom } from '../feed/check-atom.ts';
import { openPlace, type Place } from './command-line.ts';
import { readingsOf, readPublished } from './published.ts';
import { claudePath, claudeSession } from './sessions.ts';

/** Harmless words that nothing would redact: only a takedown takes them away. */
const WORD = 'thimblewick';

interface Turn {
  readonly hash: string;
  readonly status: string;
  readonly item?: { readonly role: string };
}

describe('a turn that was taken back', () => {
  let place: Place;
  let before: ReadonlyMap<string, string>;
  let after: ReadonlyMap<string, string>;
  let id: string;
  const taken: string[] = [];

  beforeAll(async () => {
    place = openPlace();
    const s = claudeSession('takedown', { cwd: '/srv/code/orchard' });
    s.prompt('How do pears grow?');
    s.answer([{ type: 'text', text: 'Slowly, and on trees.' }]);
    s.prompt(`My secret garden is called ${WORD}`);
    s.answer([
      { type: 'thinking', thinking: `They call it ${WORD}.`, signature: 'x' },
      { type: 'text', text: `A fine name, ${WORD}.` },
      { type: 'tool_use', id: 'c1', name: 'Bash', input: { command: `grep ${WORD} map.txt` } },
    ]);
    s.result('c1', `${WORD} lies to the north. ${'It is a large garden. '.repeat(5000)}${WORD}`);
    s.answer([{ type: 'text', text: 'It lies to the north.' }]);
    s.prompt('And plums?');
    s.answer([{ type: 'text', text: 'Plums grow too.' }]);
    place.write(claudePath(s.id), s.text());
    const other = claudeSession('other', { cwd: '/srv/code/heathland' });
    other.prompt('Count the cows.');
    other.answer([{ type: 'text', text: 'There are nine.' }]);
    place.write(claudePath(other.id, '-srv-work-heathland'), other.text());
    place.configure({
      title: 'Garden',
      publish: [{ conversation: '*', visibility: 'public' }],
      search: { toolOutput: true },
    });
    await run('init', '.', '--origin', 'test.example/archive');
    await run('ingest', '--settle');
    await run('publish', '--yes');
    before = readPublished(place.site);
    const hits = JSON.parse(await run('search', WORD, '--json', '--limit', '100')) as readonly {
      readonly turn: string;
      readonly conversation: string;
    }[];
    id = hits[0]?.conversation ?? '';
    const turns = JSON.parse(await run('show', id, '--json')) as readonly Turn[];
    for (const { hash } of turns.filter((turn) => JSON.stringify(turn).includes(WORD))) {
      await run('withdraw', hash, '--reason', 'personal');
      taken.push(hash);
    }
    await run('publish', '--yes');
    after = readPublished(place.site);
  });
  afterAll(() => place.close());

  async function run(...argv: string[]): Promise<string> {
    const ran = await place.turnpress(...argv);
    expect(ran.code, `${argv.join(' ')}: ${ran.err}`).toBe(0);
    return ran.out;
  }

  const holds = (text: string): boolean => readingsOf(text).some((one) => one.toLowerCase().includes(WORD));

  it('was published before: on a page, in each feed, in the index, in the archive', () => {
    expect(taken).toHaveLength(3);
    for (const kind of [/index\.html$/, /rss\.xml$/, /atom\.xml$/, /feed\.json$/, /pf_fragment$/, /pf_index$/]) {
      expect(
        [...before].some(([path, text]) => kind.test(path) && holds(text)),
        String(kind),
      ).toBe(true);
    }
  });

  it('is in no published file and in no file of the archive', () => {
    expect([...after].filter(([, text]) => holds(text)).map(([path]) => path)).toEqual([]);
    const archive = readPublished(place.archive);
    expect([...archive].filter(([, text]) => holds(text)).map(([path]) => path)).toEqual([]);
  });

  it('is in nothing that a command says', async () => {
    const asked = [
      ...[
        ['log', '--limit', '0'],
        ['log', '--json', '--limit', '0'],
        ['search', WORD],
        ['search', 'north', '--json'],
      ],
      ...[
        ['show', id, '--full'],
        ['show', id, '--json'],
        ['log', id],
        ['log', id, '--json'],
        ['verify', '--json'],
      ],
      ...taken.flatMap((turn) => [
        ['show', turn],
        ['show', turn, '--json', '--full'],
      ]),
    ];
    for (const argv of asked) {
      const { out, err } = await place.inside(...argv);
      const said = (out + err).replaceAll(`nothing found for "${WORD}"`, '');
      expect(holds(said), argv.join(' ')).toBe(false);
    }
  });

  it('leaves every other address as it is', () => {
    // tiles are named by what they hold, and those of the replica by how often something was taken out of them
    const gone = [...before.keys()].filter((path) => !after.has(path) && !/^(?:pagefind|archive)\//.test(path));
    expect(gone).toEqual([]);
    const page = `c/${id.slice(0, 16)}/index.html`;
    const anchors = (html: string | undefined): readonly string[] =>
      [...(html ?? '').matchAll(/ id="(t-[0-9a-f]{16})"/g)].map((match) => match[1] ?? '');
    expect(anchors(after.get(page))).toEqual(anchors(before.get(page)));
    for (const turn of taken) expect(anchors(after.get(page))).toContain(`t-${turn.slice(0, 16)}`);
    expect(after.get(page)).toContain('taken back');
    for (const shard of [...before.keys()].filter((path) => /^t\/[0-9a-f]{2}\.json$/.test(path)))
      expect(after.get(shard)).toBe(before.get(shard));
  });

  it('changes nothing of other conversations', () => {
    const others = [...before].filter(
      ([path]) => /^(?:c\/|projects\/heathland\/)/.test(path) && !path.includes(id.slice(0, 16)),
    );
    expect(others.length).toBeGreaterThan(4);
    for (const [path, text] of others) expect(after.get(path), path).toBe(text);
  });

  it('is told to subscribers as a deleted entry, in feeds that are valid', async () => {
    const prompt = taken[0] ?? '';
    for (const path of [
      'atom.xml',
      `c/${id.slice(0, 16)}/atom.xml`,
      'projects/orchard/atom.xml',
      'agents/claude-code/atom.xml',
    ]) {
      const xml = after.get(path) ?? '';
      expect(xml, path).toMatch(new RegExp(`<[a-z]+:deleted-entry[^>]* ref="urn:turnpress:turn:${prompt}"`));
      expect(xml, path).not.toContain(`<id>urn:turnpress:turn:${prompt}</id>`);
      expect(await checkAtom(xml), path).toEqual([]);
    }
    expect(after.get('atom.xml')).toContain('Plums grow too.');
    expect(after.get('projects/heathland/atom.xml')).toBe(before.get('projects/heathland/atom.xml'));
  });

  it('does not come back when the sessions are read again, or the site is built anew', async () => {
    await run('ingest');
    await run('verify', '--rebuild-index');
    await run('publish', '--yes', '--output', 'fresh');
    const fresh = readPublished(join(place.folder, 'fresh'));
    expect([...fresh].filter(([, text]) => holds(text)).map(([path]) => path)).toEqual([]);
    expect(fresh).toEqual(after);
  });

  it('takes a conversation’s meta out of all that is published and out of the archive, too', async () => {
    const words = /heathland/i;
    const holdsWords = ([path, text]: readonly [string, string]) =>
      words.test(path) || readingsOf(text).some((one) => words.test(one));
    expect([...after].filter(holdsWords).length).toBeGreaterThan(5);
    const [hit] = JSON.parse(await run('search', 'cows', '--json')) as readonly { readonly conversation: string }[];
    await run('withdraw', hit?.conversation ?? '', '--meta', '--reason', 'personal');
    await run('ingest');
    await run('publish', '--yes');
    for (const folder of [place.site, place.archive])
      expect([...readPublished(folder)].filter(holdsWords).map(([path]) => path)).toEqual([]);
    expect(await run('verify')).toContain('whole');
  });
});
