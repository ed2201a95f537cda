/** `proof`: what it writes is checked without the archive, and nothing in the file can be changed. */
/** What a flipped bit does: proof.slow.test.ts. */

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnHash } from '../../src/model/ids.ts';
import { checkProof, parseProof } from '../../src/replica/replica.ts';
import { KEY, openPullWorld, type PullWorld } from '../replica/pull/pull-kit.ts';
import { fixedKey, vkeyOf } from '../replica/test-publisher.ts';
import { openTerminal, type Terminal } from './world.ts';

const noTools = ['bash', 'openssl'].some((tool) => spawnSync(tool, ['version']).error !== undefined);
let world: PullWorld;
let me: Terminal;

beforeEach(async () => {
  world = await openPullWorld();
  me = openTerminal();
});
afterEach(async () => {
  me.close();
  await world.close();
});

const turnsOf = (id: TurnHash) => world.read((archive) => archive.listTurns(id), world.origin);
const file = () => join(me.folder, 'said.proof');
async function prove(turn: string): Promise<Buffer> {
  expect(await me.run('proof', turn, '--archive', world.origin)).toBe(0);
  const bytes = Buffer.from(me.out());
  writeFileSync(file(), bytes);
  return bytes;
}
const check = (bytes: Uint8Array) => checkProof(parseProof(bytes));

describe('proof', () => {
  it('shows each turn of each conversation, also after more was published and the key was replaced', async () => {
    const ids = [world.grow(5, 'apple'), world.grow(1, 'plum')];
    world.publish();
    const first = await prove(ids[0] ?? '');
    ids.push(world.grow(3, 'pear'));
    const next = fixedKey('example.org/pulled', 9);
    world.publish({ key: next, old: KEY });
    for (const id of ids)
      for (const { hash, position } of turnsOf(id)) {
        const report = check(await prove(hash));
        expect(report).toMatchObject({ turn: hash, conversation: id, position, origin: 'example.org/pulled' });
        expect(report.signers).toEqual([vkeyOf(KEY), vkeyOf(next)]);
      }
    expect(check(first).logSize).toBe(3);
  });

  it('takes no payload of another turn, and without its signatures it is one of an unsigned archive', async () => {
    const id = world.grow(3, 'elm');
    world.publish();
    const [one, two] = [await prove(turnsOf(id)[0]?.hash ?? ''), await prove(turnsOf(id)[1]?.hash ?? '')];
    const payload = (bytes: Buffer) => /^== payload\n(.*)$/m.exec(String(bytes))?.[1] ?? '';
    const swapped = String(one).replace(payload(one), payload(two));
    expect(() => check(Buffer.from(swapped))).toThrow(/payload: it is not what the record names/);
    const unsigned = String(one).replace(/\n— [^\n]*\n/g, '');
    expect(() => check(Buffer.from(unsigned))).toThrow(/archive log: it is not signed/);
    const keyless = unsigned.replace(/(== keys\n)[\s\S]*$/, '$1');
    expect(check(Buffer.from(keyless)).signers).toEqual([]);
    expect(() => checkProof(parseProof(Buffer.from(keyless)), vkeyOf(KEY))).toThrow(/not signed by/);
  });

  it('is refused for what is not published, came later, was withdrawn, or was taken back', async () => {
    const [id, other] = [world.grow(3, 'fir'), world.grow(2, 'yew')];
    const asked = (turn: string) => me.run('proof', turn, '--archive', world.origin);
    await expect(asked(id)).rejects.toMatchObject({ code: 'NOT_PUBLISHED', kind: 'usage' });
    world.publish({ key: KEY, only: (each) => each === id });
    await expect(asked(other)).rejects.toThrow(/never published/);
    world.more(id, 1);
    await expect(asked(turnsOf(id).at(-1)?.hash ?? '')).rejects.toThrow(/after the last publish/);
    const taken = turnsOf(id)[1]?.hash;
    if (taken === undefined) throw new Error('no turn');
    world.write((archive) => archive.withdraw(taken, 1, 1_800_000_000_000));
    await expect(asked(taken)).rejects.toThrow(/taken back/);
    expect(await asked(id)).toBe(0);
    world.publish({ key: KEY, withdraw: [id] });
    await expect(asked(id)).rejects.toThrow(/not published any more/);
    await expect(asked('ffff')).rejects.toThrow(/no turn begins/);
  });
});

describe('proof --check', () => {
  it('needs no archive, says what holds by whom, and what is not proven', async () => {
    const id = world.grow(2, 'ash');
    world.publish();
    await prove(id);
    expect(await me.run('proof', '--check', 'said.proof')).toBe(0);
    expect(me.out()).toContain(`${id} is the hash of that record`);
    expect(me.out()).toContain('nothing here knows this key');
    expect(me.out().match(/^not proven/gm)).toHaveLength(3);
    expect(await me.run('proof', '--check', 'said.proof', '--key', vkeyOf(KEY), '--json')).toBe(0);
    expect(me.json()).toMatchObject({ holds: true, turn: id, keys: [{ key: vkeyOf(KEY), named: true, known: [] }] });
    const other = vkeyOf(fixedKey('example.org/pulled', 9));
    await expect(me.run('proof', '--check', 'said.proof', '--key', other)).rejects.toMatchObject({ kind: 'damaged' });
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('index 0', 'index 1'));
    await expect(me.run('proof', '--check', 'said.proof')).rejects.toMatchObject({ code: 'BAD_PROOF' });
  });

  it('knows keys that are followed, those of the archive itself, and makes proofs from a copy', async () => {
    const id = world.grow(2, 'bay');
    world.publish();
    expect(await me.run('init', '.')).toBe(0);
    expect(await me.run('subscribe', `${world.server.url}/archive/archive.json`, '--allow-host', '127.0.0.1')).toBe(0);
    const copy = join('archive', 'private', 'replicas', world.server.host.replace(':', '-'));
    const here = String(await prove(id));
    expect(await me.run('proof', id, '--archive', copy)).toBe(0);
    expect(me.out()).toBe(here);
    expect(await me.run('proof', '--check', 'said.proof')).toBe(0);
    expect(me.out()).toMatch(/trusted with the copy .*, since 2026-01-02/);
    expect(await me.run('proof', '--check', 'said.proof', '--archive', world.origin)).toBe(0);
    expect(me.out()).toContain('a key of this archive’s own log');
  });

  it('says of an unsigned archive that anybody can make one', async () => {
    const id = world.grow(2, 'box');
    world.publish({});
    await prove(id);
    expect(await me.run('proof', '--check', 'said.proof')).toBe(0);
    expect(me.out()).toContain('unsigned');
  });

  it('writes to a new file, and over none', async () => {
    const id = world.grow(1, 'may');
    world.publish();
    expect(await me.run('proof', id, '--archive', world.origin, '--output', 'said.proof')).toBe(0);
    await expect(me.run('proof', id, '--archive', world.origin, '--output', 'said.proof')).rejects.toThrow(/EEXIST/);
    await expect(me.run('proof')).rejects.toThrow(/which turn/);
    await expect(me.run('proof', id, '--check', 'said.proof')).rejects.toThrow(/either/);
    expect(await me.run('proof', '--check', 'said.proof')).toBe(0);
  });
});

describe('the page on the format', () => {
  it.skipIf(noTools)('has commands that check a proof by hand', async () => {
    const id = world.grow(4, 'sloe');
    world.publish();
    await prove(id);
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'archive-format.md'), 'utf8');
    const script = /```sh proof\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const out = execFileSync('bash', ['-eu', '-c', script], { cwd: me.folder, encoding: 'utf8' });
    const { record, payload, conversationLog, archiveLog } = parseProof(readFileSync(file()));
    const leaf = createHash('sha256').update(Uint8Array.of(0)).update(record).digest('hex');
    expect(out.split('\n')).toEqual([
      Buffer.from(payload).toString(),
      leaf,
      'conversation log: holds',
      'state: has that root',
      'archive log: holds',
      'Signature Verified Successfully',
      '',
    ]);
    expect([conversationLog.hashes.length, archiveLog.hashes.length]).toEqual([3, 1]);
  });
});
