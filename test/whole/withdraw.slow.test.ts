/** What a person wants gone is gone: from every file that the archive, its caches and its sites have, and from every command. */
/** The words are harmless, so nothing but the withdrawal takes them away. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCanary } from '../archive/withdraw/find-canary.ts';
import { openPlace, type Place } from './command-line.ts';
import { claudePath, claudeSession } from './sessions.ts';

const WORD = 'Zibarte';
/** As a search index keeps it. */
const STEM = 'Zibart';
const SAID = `Please call the plum garden ${WORD} from now on, nobody else may know.`;

describe('a withdrawal', () => {
  let place: Place;
  beforeEach(async () => {
    place = openPlace();
    const s = claudeSession('garden', { cwd: '/srv/code/garden', gitBranch: 'plum-garden-zibarte' });
    s.prompt('How do pears grow?');
    s.answer([{ type: 'text', text: 'Slowly, and on trees.' }]);
    s.prompt(SAID);
    s.answer([
      { type: 'text', text: 'As you wish.' },
      { type: 'tool_use', id: 'toolu_1', name: 'Task', input: { prompt: SAID, description: `Name it ${WORD}` } },
    ]);
    s.result('toolu_1', 'done\nagentId: a1b2c3', { toolUseResult: { agentId: 'a1b2c3', content: [] } });
    s.answer([{ type: 'text', text: 'All is well.' }]);
    s.loose({ type: 'custom-title', customTitle: `Plum garden ${WORD}`, sessionId: s.id });
    place.write(claudePath(s.id, '-srv-work-garden'), s.text());
    const child = claudeSession('garden child', {
      cwd: '/srv/code/garden',
      more: { isSidechain: true, agentId: 'a1b2c3', sessionId: s.id },
    });
    child.prompt(SAID);
    child.answer([{ type: 'text', text: 'It has a name now.' }]);
    place.write(claudePath(`${s.id}/subagents/agent-a1b2c3`, '-srv-work-garden'), child.text());
    const other = claudeSession('meadow', { cwd: '/srv/code/meadow' });
    other.prompt(SAID);
    other.answer([{ type: 'text', text: 'There are nine cows.' }]);
    place.write(claudePath(other.id, '-srv-work-meadow'), other.text());
    place.configure({ publish: [{ conversation: '*', visibility: 'public' }], search: { toolOutput: true } });
    await run('init', '.', '--origin', 'test.example/archive');
    await run('ingest', '--settle');
    await run('search', 'pears');
    await run('build');
    await run('publish', '--yes');
  });
  afterEach(() => place.close());

  async function run(...argv: readonly string[]): Promise<{ readonly out: string; readonly err: string }> {
    const ran = await place.inside(...argv);
    expect(ran.code, `${argv.join(' ')}: ${ran.err}`).toBe(0);
    return ran;
  }
  const json = async (...argv: readonly string[]): Promise<readonly Found[]> =>
    JSON.parse((await run(...argv, '--json')).out) as readonly Found[];
  /** The prompt of the first session. */
  const findPrompt = async (): Promise<Found> => {
    const hits = await json('search', WORD, '--role', 'user', '--project', 'garden');
    const title = (hit: Found) => hit.title.startsWith('Plum garden');
    const hit = hits.find(title);
    if (hit === undefined) throw new Error(`nothing found: ${JSON.stringify(hits)}`);
    return hit;
  };
  /** Files of the place, but for the agents' own, that hold the word: as it is, in small letters, or compressed. */
  const holding = (): readonly string[] => {
    const words = [STEM, STEM.toLowerCase(), Buffer.from(STEM, 'utf16le').toString('latin1')];
    const folders = ['archive', '_site', '_private', '_site.tmp', '_private.tmp'].map((name) =>
      join(place.folder, name),
    );
    const there = folders.filter((folder) => existsSync(folder));
    const found = there.flatMap((folder) => words.flatMap((word) => findCanary(folder, word)));
    const zipped = there.flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => {
          const bytes = readFileSync(file);
          return bytes[0] === 0x1f && bytes[1] === 0x8b && /zibart/i.test(gunzipSync(bytes).toString('latin1'));
        }),
    );
    return [...new Set([...found, ...zipped])].map((path) => relative(place.folder, path)).sort();
  };

  it('is looked for where it stands', () => {
    const files = holding();
    for (const kind of [
      ...[/^archive\/conversations\/.*payload/, /^archive\/private\/index\.db$/, /^archive\/private\/search\.db/],
      ...[/^archive\/private\/sources\/.*zst$/, /^archive\/private\/cache\/site-.*db/, /^_site\/c\/.*index\.html$/],
      ...[/^_private\/c\/.*index\.html$/, /^_site\/atom\.xml$/, /^_site\/pagefind\/.*pf_index$/],
    ])
      expect(
        files.some((file) => kind.test(file)),
        String(kind),
      ).toBe(true);
  });

  it('takes the title and the branch that say it, keeps the rest of the meta, and shows where else it stands', async () => {
    const { turn, conversation } = await findPrompt();
    const { out, err } = await run('withdraw', turn, '--reason', 'personal');
    expect(out).toContain(`taken back: turn ${turn}`);
    expect(err).toMatch(/git\.branch, title of conversation/);
    expect(err).toMatch(/the same words stand in 3 other turns:/);
    expect(out).toContain('still said in 3 other places: --everywhere');
    expect(err).toMatch(/git history.*mirrors, backups/);
    expect(err).toMatch(/its hash stays/);
    const own = (await json('log')).find(({ id }) => id === conversation);
    expect(own?.meta).toMatchObject({ project: 'garden', cwd: '/srv/code/garden', agent: 'claude-code' });
    expect(own?.meta).not.toHaveProperty('title');
    expect(JSON.stringify(own)).not.toMatch(/zibarte/i);
    expect((await run('log')).out).toContain('How do pears grow?');
    await run('ingest', '--settle');
    expect(JSON.stringify((await json('log')).find(({ id }) => id === conversation))).not.toMatch(/zibarte/i);
    expect((await json('search', 'trees')).length).toBe(1);
    await run('verify');
  });

  it('everywhere and with sources leaves it nowhere, and no later run brings it back', async () => {
    const { turn } = await findPrompt();
    const searchDb = readFileSync(join(place.archive, 'private', 'search.db')).length;
    expect(searchDb).toBeGreaterThan(0);
    await run('withdraw', turn, '--reason', 'secret', '--everywhere', '--sources', '--words', WORD);
    expect(existsSync(join(place.archive, 'private', 'search.db'))).toBe(true);
    expect(holding().filter((file) => !/^_|private\/cache\//.test(file))).toEqual([]);
    await run('build');
    await run('publish', '--yes');
    expect(holding()).toEqual([]);
    expect(await json('search', WORD)).toEqual([]);
    expect((await json('search', 'cows')).length).toBe(1);
    await run('ingest', '--settle');
    await run('build');
    expect(holding()).toEqual([]);
    const { out } = await run('verify');
    expect(out).toContain('whole');
    await run('verify', '--rebuild-index');
    expect(holding()).toEqual([]);
  });

  it('asks, shows and does nothing unless it is told yes', async () => {
    const { turn } = await findPrompt();
    for (const answers of [
      [],
      ['personal'],
      ['personal', 'y', 'n', 'n'],
      ['nonsense', 'what', 'no'],
      ['unsaid', '', ''],
    ]) {
      place.answer(...answers);
      const ran = await place.inside('withdraw', turn);
      expect([ran.code, ran.out]).toEqual([2, '']);
      expect(ran.err).toContain('nothing was taken back');
      expect(ran.err).toContain(SAID.slice(0, 30));
    }
    expect((await json('search', WORD)).length).toBeGreaterThan(3);
    place.answer('personal', 'y', 'y', 'y');
    const { out } = await run('withdraw', turn.slice(0, 8));
    expect(place.questions().join('\n')).toMatch(/why\?[\s\S]*elsewhere, too[\s\S]*own files[\s\S]*cannot be undone/);
    expect(out).toMatch(/and 3 other turns with the same words/);
    expect(out).toMatch(/kept files? of the agents/);
  });

  it('wants a reason and 16 digits where nobody can be asked', async () => {
    const { turn } = await findPrompt();
    await expect(place.inside('withdraw', turn)).rejects.toThrow(/wants a reason: --reason secret, personal/);
    await expect(place.inside('withdraw', turn.slice(0, 15), '--reason', 'secret')).rejects.toThrow(/first 16 digits/);
    await expect(place.inside('withdraw', turn, '--reason', 'unsaid')).rejects.toThrow(/--reason is secret/);
    place.answer('secret', 'y', 'y', 'y');
    await expect(place.inside('withdraw', turn.slice(0, 15), '--reason', 'secret', '--yes')).rejects.toThrow(
      /16 digits/,
    );
    await run('withdraw', turn.slice(0, 16), '--reason', 'secret', '--yes');
    expect(place.questions()).toEqual([]);
  });

  it('--meta takes all words of a conversation’s meta, and no turn', async () => {
    const { conversation } = await findPrompt();
    await run('withdraw', conversation, '--meta', '--reason', 'personal');
    await run('ingest', '--settle');
    const own = (await json('log')).find(({ id }) => id === conversation);
    expect(own?.meta).not.toHaveProperty('title');
    expect(own?.meta).not.toHaveProperty('project');
    expect((await json('search', WORD)).length).toBeGreaterThan(3);
  });
});

interface Found {
  readonly id: string;
  readonly turn: string;
  readonly conversation: string;
  readonly title: string;
  readonly meta: { readonly title?: string };
}
