/** A copy of which somebody deleted or cut something: the next pull notices and fetches it again, and then there is nothing new as before. */
/** What stands at the top is missed at once, what stands deeper within a day. */

import { cpSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationId } from '../../src/model/ids.ts';
import { at, rawTurn } from '../archive/turns.ts';
import { filesOf, openPullWorld, type PullWorld, said } from '../replica/pull/pull-kit.ts';
import { openTerminal, type Terminal } from './world.ts';

let world: PullWorld;
let me: Terminal;
let id: ConversationId;
let copy: string;
let kept: string;

beforeAll(async () => {
  world = await openPullWorld();
  id = world.grow(300, 'walnut');
  world.grow(2, 'plum');
  world.write((archive) => {
    const parent = { ...at(archive.listTurns(id), -1), payload: new Uint8Array(0) };
    archive.append({ turns: [rawTurn(parent, Buffer.alloc(70_000, 'too long for a tile '))] });
  });
  world.publish();
  me = openTerminal();
  expect(await me.run('init', '.')).toBe(0);
  expect(await me.run('subscribe', `${world.server.url}/`, '--allow-host', '127.0.0.1', '--name', 'origin')).toBe(0);
  copy = join(me.folder, 'archive', 'private', 'replicas', 'origin');
  kept = join(me.folder, 'kept');
  cpSync(copy, kept, { recursive: true });
});
afterAll(async () => {
  me.close();
  await world.close();
});

const remove = (...path: readonly string[]) => rmSync(join(copy, ...path), { recursive: true });
const conversation = (...path: readonly string[]) => join('conversations', id, ...path);

/** Whether the bytes of what comes again are those of before: a tile that is put together anew may be compressed otherwise. */
const damages: readonly (readonly [string, () => void, boolean])[] = [
  ['a conversation', () => remove('conversations', id), true],
  ['all conversations', () => remove('conversations'), true],
  ['the archive log', () => remove('log'), true],
  ['the checkpoint of the archive log', () => remove('log', 'checkpoint'), true],
  ['a tile of the archive log', () => remove('log', 'tile', 'entries', '000'), true],
  ['the published checkpoints', () => remove('log', 'conversations'), true],
  ['all blobs', () => remove('blobs'), true],
  ['archive.json', () => remove('archive.json'), true],
  ['a conversation’s checkpoint', () => remove(conversation('checkpoint')), false],
  ['a tile of records', () => remove(conversation('tile', 'entries', '000')), true],
  ['a tile of hashes', () => remove(conversation('tile', '0', '001')), true],
  ['half a tile of payloads', () => truncateSync(join(copy, conversation('tile', 'payload', '001')), 100), false],
];

const DAY = 24 * 60 * 60 * 1000;

describe('a copy without', () => {
  it.each(damages)('%s is whole after the next pull', async (_, damage, isSame) => {
    rmSync(copy, { recursive: true });
    cpSync(kept, copy, { recursive: true });
    expect(await me.run('pull')).toBe(0); // knows the folders as they are now
    expect(me.out()).toContain('nothing new');
    damage();
    me.wait(DAY);
    expect(await me.run('pull')).toBe(0);
    expect(await me.run('verify', '--archive', copy)).toBe(0);
    const [before, now] = [kept, copy].map((dir) => world.read(said, dir));
    expect(now).toEqual(before);
    if (isSame) expect(filesOf(copy)).toEqual(filesOf(kept));
    expect(await me.run('pull', '--json')).toBe(0);
    expect(await me.run('pull', '--json')).toBe(0);
    expect(JSON.parse(me.out())).toMatchObject({ archives: [{ found: 'same', damaged: 0, requests: 1 }] });
  });

  it('a blob is whole after the next pull, however soon', async () => {
    rmSync(copy, { recursive: true });
    cpSync(kept, copy, { recursive: true });
    expect(await me.run('pull')).toBe(0);
    const folder = readdirSync(join(copy, 'blobs'))[0] ?? '';
    remove('blobs', folder, readdirSync(join(copy, 'blobs', folder))[0] ?? '');
    expect(await me.run('pull')).toBe(0);
    expect(me.out()).toContain('put back: 1 blob');
    expect(filesOf(copy)).toEqual(filesOf(kept));
  });
});
