import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { EXIT } from '../../src/cli/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import { openTerminal } from '../cli/world.ts';
import { writeDemoKey } from './demo.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the demo', () => {
  const terminal = openTerminal();
  afterAll(() => terminal.close());

  it('in archive/ is, byte for byte, what its sessions give when they are read', async () => {
    const { origin } = JSON.parse(readFileSync(join(root, 'archive', 'archive.json'), 'utf8')) as { origin: string };
    expect(await terminal.run('init', '.', '--origin', origin)).toBe(EXIT.done);
    expect(await terminal.run('ingest', '--settle', join(root, 'content', 'demo-sessions'))).toBe(EXIT.done);
    writeDemoKey(join(terminal.folder, 'archive'));
    const config = join(root, 'content', 'site.json');
    const site = join(terminal.folder, 'published');
    expect(await terminal.run('publish', '--yes', '--config', config, '--output', site)).toBe(EXIT.done);
    expect(filesBelow(join(terminal.folder, 'archive'))).toEqual(filesBelow(join(root, 'archive')));
  });

  it('is published, all of it, so that a host without a key builds its site', async () => {
    const site = join(terminal.folder, 'built');
    const places = [
      '--archive',
      join(root, 'archive'),
      '--config',
      join(root, 'content', 'site.json'),
      '--output',
      site,
    ];
    expect(await terminal.run('build', '--public', '--json', ...places)).toBe(EXIT.done);
    const conversations = readdirSync(join(root, 'archive', 'conversations')).length;
    expect(terminal.json()).toMatchObject({ public: conversations, published: conversations, hidden: 0, leftOut: 0 });
  });

  it('is whole', async () => {
    expect(await terminal.run('verify', '--archive', join(root, 'archive'), '--json')).toBe(EXIT.done);
    expect(terminal.json()).toMatchObject({ damage: [], complete: true });
  });

  it('has the turns, conversations and addresses that it had before format and site were changed', async () => {
    const before = JSON.parse(readFileSync(join(root, 'test', 'fixtures', 'demo-identity.json'), 'utf8')) as Identity;
    const archive = openArchive(join(root, 'archive'), { mode: 'read' });
    const found = Object.entries(before.conversations).map(([id]) => [
      id,
      archive.listTurns(id as ConversationId).map((turn) => turn.hash),
    ]);
    archive.close();
    expect(Object.fromEntries(found)).toEqual(before.conversations);
    const site = join(terminal.folder, 'demo-site');
    const config = join(root, 'content', 'site.json');
    expect(await terminal.run('build', '--archive', join(root, 'archive'), '--config', config, '--output', site)).toBe(
      EXIT.done,
    );
    expect(before.urls.filter((url) => !existsSync(join(site, url)))).toEqual([]);
  });
});

/** Turn hashes by conversation, in log order, and the files of the site, as an earlier version made them. */
interface Identity {
  readonly conversations: Readonly<Record<string, readonly string[]>>;
  readonly urls: readonly string[];
}

/** Path and bytes of what is published; archive.json says when it was made, so it is left out. */
function filesBelow(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('private/') && name !== 'archive.json');
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}
