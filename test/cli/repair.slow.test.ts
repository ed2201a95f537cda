/** `turnpress repair` at the terminal: what it says, from where it takes, and how it ends. */
/** The bytes themselves are tested with the room; here an archive is damaged as a disk would. */

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createArchive, openArchive } from '../../src/archive/archive.ts';
import { at, chain, START } from '../archive/turns.ts';
import { serveHostile } from '../replica/hostile-server.ts';
import { publish, writeReplica } from '../replica/test-publisher.ts';
import { openTerminal, type Terminal } from './world.ts';

let me: Terminal;
let archive: string;
let entries: string;

beforeEach(async () => {
  me = openTerminal();
  expect(await me.run('init', '.')).toBe(0);
  archive = join(me.folder, 'archive');
  const turns = chain(4, 'walnut');
  const writer = openArchive(archive, { mode: 'write' });
  const id = at(turns, 0).hash;
  writer.append({ turns, heads: [{ conversation: id, name: 'main', turn: at(turns, -1).hash }] });
  writer.close();
  // from here on this machine believes in the private folder
  expect(await me.run('verify', '--rebuild-index')).toBe(0);
  cpSync(archive, join(me.folder, 'backup'), { recursive: true });
  entries = join(archive, 'conversations', id, 'tile', 'entries', '000');
});
afterEach(() => me.close());

const tear = () => writeFileSync(entries, readFileSync(entries).subarray(0, 99));

it('mends from a backup, says what it did, and verify is content then', async () => {
  const good = readFileSync(entries);
  tear();
  expect(await me.run('verify')).toBe(4);
  expect(me.err()).toContain('turnpress repair');
  expect(await me.run('repair', '--from', 'backup', '--dry-run')).toBe(4);
  expect(me.out()).toContain('would be put back: records of 1 conversation');
  expect(readFileSync(entries)).not.toEqual(good);
  expect(await me.run('repair', '--from', 'backup')).toBe(0);
  expect(me.out()).toContain('put back: records of 1 conversation');
  expect(readFileSync(entries)).toEqual(good);
  expect(readdirSync(join(archive, 'private', 'quarantine'))).toHaveLength(1);
  expect(await me.run('verify')).toBe(0);
  expect(await me.run('repair')).toBe(0);
  expect(me.out()).toContain('nothing to repair');
});

it('mends from the published replica, with archive.json gone, too', async () => {
  const good = readFileSync(entries);
  publish(archive, {});
  const site = join(me.folder, 'site');
  writeReplica(archive, site);
  const server = await serveHostile(site);
  tear();
  rmSync(join(archive, 'archive.json'));
  expect(await me.run('repair', '--from', server.url, '--allow-host', '127.0.0.1')).toBe(0);
  expect(me.out()).toContain('archive.json was put back');
  expect(readFileSync(entries)).toEqual(good);
  await server.close();
});

it('names what is left and where it looked, and tells damage from a host that is away', async () => {
  tear();
  expect(await me.run('repair')).toBe(4);
  expect(me.out()).toContain('tile/entries/000');
  expect(me.out()).toContain('--from names one');
  createArchive(join(me.folder, 'other'), { origin: 'example.org/other', nowMs: START });
  expect(await me.run('repair', '--from', 'other')).toBe(4);
  expect(me.out()).toContain('looked for in other');
  expect(await me.run('repair', '--from', 'http://127.0.0.1:1/', '--allow-host', '127.0.0.1')).toBe(5);
  expect(me.err()).toContain('gave no answer');
  await expect(me.run('repair', '--from', 'nowhere')).rejects.toThrow('there is no archive in nowhere');
});

it('does not call an archive whole of which the log of what was published is damaged', async () => {
  publish(archive, {});
  cpSync(archive, join(me.folder, 'kept'), { recursive: true });
  expect(await me.run('repair')).toBe(0);
  const file = join(archive, 'log', 'tile', 'entries', '000');
  writeFileSync(file, readFileSync(file).subarray(0, 9));
  expect(await me.run('repair')).toBe(4);
  expect(me.out()).toContain('log/tile/entries/000');
  expect(me.err()).toContain('backup');
  expect(await me.run('repair', '--from', 'kept')).toBe(0);
  expect(me.out()).toContain('put back: the archive log, 1 record');
  expect(await me.run('verify')).toBe(0);
});
