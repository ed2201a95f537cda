import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { claudePath, claudeSession, codexPath, codexSession } from '../whole/sessions.ts';
import { openTerminal, type Terminal } from './world.ts';

let terminal: Terminal;
const put = (path: string, text: string): void => {
  const file = join(terminal.folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

beforeAll(async () => {
  terminal = openTerminal();
  const tell = (name: string, ...folders: readonly string[]): void => {
    const s = claudeSession(name, { cwd: folders[0] ?? '' });
    for (const cwd of folders) {
      s.chain('user', { cwd, message: { role: 'user', content: `${name} in ${cwd}` } });
      s.answer([{ type: 'text', text: 'Yes.' }]);
    }
    put(join('home', claudePath(s.id, `-${name}`).replace(/^home\//, '')), s.text());
  };
  tell('mine', '/srv/mine/api', '/srv/mine/api/src');
  tell('theirs', '/srv/client/api');
  tell('left', '/srv/mine/api', '/srv/client/api');
  tell('back', '/srv/client/api', '/srv/mine/api');
  const c = codexSession('codex', { cwd: '/srv/elsewhere', git: { repository_url: 'git@github.com:me/lib.git' } });
  c.prompt('Codex in a repository');
  c.say('Yes.');
  put(join('home', codexPath(c.id).replace(/^home\//, '')), c.text());
  await terminal.run('init', '.', '--origin', 'test.example/rules');
  await terminal.run('ingest', '--settle');
});
afterAll(() => terminal.close());

it('doctor --visibility says what each rule lets out, and what it keeps in although a rule was meant for it', async () => {
  put(
    'content/site.json',
    JSON.stringify({
      publish: [
        { project: '/srv/mine/api', visibility: 'public' },
        { project: 'github.com/me/lib', visibility: 'public' },
        { project: '/srv/nothing', visibility: 'public' },
      ],
    }),
  );
  expect(await terminal.run('doctor', '--visibility')).toBe(0);
  const out = terminal.out();
  expect(out).toMatch(
    /public: project "\/srv\/mine\/api"\n {2}lets 1 conversation out\n {2}held in \/srv\/mine\/api, /,
  );
  expect(out).toMatch(
    /github\.com\/me\/lib"\n {2}lets 1 conversation out\n {2}held in \/srv\/elsewhere of github\.com\/me\/lib/,
  );
  expect(out).toMatch(/"\/srv\/nothing"\n {2}fits nothing in this archive/);
  expect(out).toMatch(/not every part of them is public:\n(?:.*\(\/srv\/client\/api\)\n){2}/);
  expect(out).toMatch(/2 public, 3 private\n$/);
  await terminal.run('doctor', '--visibility', '--json');
  expect(terminal.json()).toMatchObject({ public: 2, private: 3, heldCount: 2 });
});

it('a conversation that went on in another folder, or came back, says so in its meta', async () => {
  await terminal.run('log', '--json');
  const log = terminal.json() as readonly { readonly firstPrompt: string; readonly meta: object }[];
  const metaOf = (name: string) => log.find(({ firstPrompt }) => firstPrompt.startsWith(name))?.meta;
  expect(metaOf('left')).toMatchObject({ cwd: '/srv/mine/api', folders: ['/srv/client/api', '/srv/mine/api'] });
  expect(metaOf('back')).toMatchObject({ cwd: '/srv/client/api', folders: ['/srv/client/api', '/srv/mine/api'] });
  expect(metaOf('theirs')).not.toHaveProperty('folders');
});
