/** What people read when something is not as they thought: one sentence, the way out, the right exit code. */
/** Through the real program, as it is typed. */

import { chmodSync, existsSync, mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSimilar } from '../../src/cli/similar.ts';
import { openPlace, type Place, type Ran } from '../whole/command-line.ts';
import { claudePath, claudeSession } from '../whole/sessions.ts';

let place: Place;
let first: Ran;

beforeAll(async () => {
  place = openPlace();
  first = await place.turnpress();
  const s = claudeSession('garden', { cwd: '/home/jane/garden' });
  s.prompt('Read /home/jane/garden/map and /home/jane/garden/list, password = "quiet7Meadow!x"');
  s.answer([{ type: 'text', text: 'Both are read.' }]);
  s.loose({ type: 'custom-title', customTitle: 'A \u001b]0;owned\u0007title', sessionId: s.id });
  place.write(claudePath(s.id, '-garden'), s.text());
  await place.turnpress('ingest', '--settle');
});
afterAll(() => place.close());

/** Exit code, the words on stderr in which no stack and no control character is. */
async function fails(code: number, ...argv: readonly string[]): Promise<string> {
  const ran = await place.turnpress(...argv);
  expect([argv.join(' '), ran.code, ran.err]).toEqual([argv.join(' '), code, expect.not.stringMatching(/\n\s+at /)]);
  expect(ran.err + ran.out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  return ran.err;
}

describe('a word that nobody knows', () => {
  it('in the place of a command gets the command that is like it', async () => {
    expect(await fails(2, 'ingset')).toBe('turnpress: there is no command "ingset"; did you mean "ingest"?\n');
    expect(await fails(2, '--archive', 'x', 'serch', 'word')).toContain('did you mean "search"?');
    expect(await fails(2, 'frobnicate')).toMatch(/there is no command "frobnicate"; there are: press, init, ingest, /);
    await fails(2, 'in\u001b[31mgest\u009b2J');
  });

  it('as an option gets the option that is like it', async () => {
    expect(await fails(2, 'build', '--publc')).toMatch(
      /^turnpress: unknown option '--publc'\n\(Did you mean --public\?\)/,
    );
    await fails(2, 'build', '--\u001b[31mred');
  });

  it('as a role, a project, an agent or a tag gets those that there are', async () => {
    expect(await fails(2, 'search', 'map', '--role', 'robot')).toContain(
      'there is no role "robot"; there are: user, assistant, tool, system',
    );
    expect(await fails(2, 'search', 'map', '--role', 'asistant')).toContain('did you mean "assistant"?');
    expect(await fails(2, 'search', 'map', '--project', 'gardn')).toContain(
      'there is no project "gardn"; did you mean "garden"?',
    );
    expect(await fails(2, 'log', '--project', 'nope')).toContain('there is no project "nope"; there are: garden');
    expect(await fails(2, 'log', '--agent', 'cluade-code')).toContain('did you mean "claude-code"?');
    expect(await fails(2, 'search', 'map', '--tag', 'x')).toContain('no conversation has a tag');
    expect(await fails(0, 'search', 'nowhere', '--project', 'garden')).toContain('nothing found for "nowhere"');
  });
});

describe('what cannot be done', () => {
  it('is a sentence and exit code 2 when a path is not what it should be', async () => {
    writeFileSync(join(place.folder, 'file'), 'x');
    expect(await fails(2, 'ingest', '/no/such')).toBe('turnpress: there is no /no/such\n');
    expect(await fails(2, 'ingest', 'file/x')).toMatch(/file\/x cannot be there: a part of that path is a file/);
    expect(await fails(2, 'init', 'file/x')).toMatch(/cannot be there: a part of that path is a file and no folder/);
    expect(await fails(2, 'init', 'file')).toMatch(/file is there already and is something else/);
    expect(await fails(2, '--archive', 'file', 'log')).toContain('there is no archive in file');
    expect(await fails(2, 'build', '--config', 'nope.json')).toMatch(/nope\.json: /);
    if (existsSync('/proc/self'))
      for (const command of [['build', '--output'], ['build', '--public', '--output'], ['init']])
        expect(await fails(2, ...command, '/proc/x')).toMatch(/no folder can be made at \/proc\/x/);
    if (process.getuid?.() === 0) return; // root may read everything
    mkdirSync(join(place.folder, 'locked'));
    chmodSync(join(place.folder, 'locked'), 0o000);
    expect(await fails(2, 'ingest', 'locked/x')).toContain('may not be read or written by you');
  });

  it('is to make an archive where this machine had one: its disk may only not be there just now', async () => {
    const away = `${place.archive}-away`;
    renameSync(place.archive, away);
    mkdirSync(place.archive);
    expect(await fails(2)).toMatch(/held an archive, and now there is none: .* "turnpress init"/);
    rmdirSync(place.archive);
    expect(await fails(2)).toMatch(/held an archive/);
    renameSync(away, place.archive);
    expect((await place.turnpress('log')).code).toBe(0);
  });

  it('is a usage error for a number that is none', async () => {
    for (const port of ['abc', '-1', '1.5', '99999', ''])
      expect(await fails(2, 'serve', '--port', port)).toMatch(/--port (?:takes a whole number|is at most 65535)/);
    await fails(2, 'log', '--limit', 'x');
    await fails(2, 'search', 'a', '--since', 'yesterday');
    await fails(2, 'verify', '--sample', '0');
  });
});

describe('what was done', () => {
  it('begins with a place to look at, and says where it looked when there was nothing', () => {
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/look at it, with search: turnpress serve\n$/);
    expect(first.out + first.err).not.toContain('file:');
    expect(first.err).toMatch(
      /no sessions were found on this machine; looked for\n {2}Claude Code in .*\.claude.*\n {2}Codex in /,
    );
  });

  it('is said of a path that holds no session, too', async () => {
    mkdirSync(join(place.folder, 'empty'), { recursive: true });
    expect(await fails(0, 'ingest', 'empty')).toMatch(/no sessions in empty: looked for files of Claude Code, Codex/);
  });

  it('names what was replaced, by kind', async () => {
    const ran = await place.turnpress('ingest', '--archive', 'second/archive').then(async () => {
      await place.turnpress('init', 'second', '--origin', 'test.example/second');
      return place.turnpress('ingest', '--archive', 'second/archive', '--settle');
    });
    expect(ran.out).toMatch(/ · \d+ home paths and 1 password replaced\n$/);
    expect(ran.out).toContain('1 source: 1 new · 2 new turns, 1 new and 0 grown conversations');
  });

  it('says what to do when nothing is public, or the site does not know where it stands', async () => {
    const config = (value: object): void => place.write('content/site.json', JSON.stringify(value));
    config({});
    const err = await fails(0, 'build', '--public');
    expect(err).toMatch(
      /nothing is public yet: say what is, in content\/site\.json, with a rule such as\n.*"publish": \[/,
    );
    expect(err).toMatch(/feeds and sitemap say http:\/\/localhost:8080\/: write in content\/site\.json where/);
    config({ url: 'https://turns.example.org/', publish: [{ project: '/nowhere', visibility: 'public' }] });
    expect(await fails(0, 'build', '--public')).toMatch(/^nothing is published yet: "turnpress publish --dry-run"/);
    config({ publish: [{ visibility: 'public' }] });
    expect(await fails(2, 'build', '--public')).toMatch(/publish\[0\] fits everything/);
  });

  it('shows no control character of a title, a file name or a configuration', async () => {
    place.write('content/site.json', '{}');
    const bad = join(place.folder, 'bad\u001b]0;owned\u0007');
    mkdirSync(bad, { recursive: true });
    writeFileSync(join(bad, 'x.jsonl'), '{"type":"user",\n');
    await fails(0, 'ingest', bad);
    await fails(2, '--archive', bad, 'log');
    await fails(0, 'log');
    place.write('content/site.json', JSON.stringify({ 'tit\u009b2Jle': 1 }));
    await fails(2, 'build');
    await fails(2, 'doctor');
    place.write('content/site.json', '{}');
  });
});

it('a guess is made only where it is likely', () => {
  const names = ['ingest', 'search', 'show', 'log', 'serve'];
  expect(['ingset', 'serach', 'shwo', 'INGEST', 'sear'].map((typed) => findSimilar(typed, names))).toEqual([
    'ingest',
    'search',
    'show',
    'ingest',
    'search',
  ]);
  for (const typed of ['x', 'frobnicate', '', 'a'.repeat(100_000)]) expect(findSimilar(typed, names)).toBeUndefined();
});
