/** Logs that are gone, or not what they were: said by opening and by verify, until they are back or a person accepts it. */
/** Every single state here is whole in itself; only what was known before shows the loss. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveReader, createArchive, openArchive } from '../../../src/archive/archive.ts';
import { at, chain } from '../turns.ts';

const turns = chain(300, 'turn');
const id = at(turns, 0).hash;
const other = chain(2, 'other');
let dir: string;
let folder: string;

function append(into: string, from: number, to: number, last = turns.slice(from, to)): void {
  const archive = openArchive(into, { mode: 'write' });
  archive.append({ turns: last });
  archive.close();
}

beforeEach(() => {
  const base = mkdtempSync(join(tmpdir(), 'turnpress-loss-'));
  dir = join(base, 'a');
  folder = join(dir, 'conversations', id);
  createArchive(dir, { origin: 'example.org/loss', nowMs: 0 });
  append(dir, 0, 290);
  cpSync(folder, join(base, 'earlier'), { recursive: true });
  cpSync(dir, join(base, 'b'), { recursive: true });
  append(dir, 290, 300);
  append(dir, 0, 0, other);
  cpSync(folder, join(base, 'whole'), { recursive: true });
  append(join(base, 'b'), 290, 300, [...turns.slice(290, 299), ...chain(1, 'another', at(turns, 298))]);
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

function putBack(name: string): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(dir, '..', name), folder, { recursive: true });
}

const losses: Readonly<Record<string, () => void>> = {
  'its folder is gone': () => rmSync(folder, { recursive: true }),
  'its folder is empty': () => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  },
  'a file stands in place of its folder': () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
  },
  'an earlier state stands in its place': () => putBack('earlier'),
  'a log of the same length with another last record stands in its place': () => putBack(`b/conversations/${id}`),
};

function lossesOf(damage: ArchiveReader['damage']): string[] {
  return damage.flatMap(({ kind, conversation }) => (kind === 'torn-tail' ? [] : [`${kind} ${conversation === id}`]));
}

function look(mode: 'read' | 'write'): string[][] {
  const archive = openArchive(dir, { mode });
  try {
    expect(archive.listTurns(at(other, 0).hash)).toHaveLength(2);
    return [lossesOf(archive.damage), lossesOf(archive.verify().damage)];
  } finally {
    archive.close();
  }
}

describe.each(Object.entries(losses))('when %s', (what, lose) => {
  it('that is damage, once, at every opening, also after the index was built anew', () => {
    lose();
    for (const mode of ['read', 'read', 'write', 'write', 'read'] as const)
      for (const damage of look(mode)) expect(new Set(damage)).toEqual(new Set(['log true']));
    const writer = openArchive(dir, { mode: 'write' });
    writer.rebuildIndex();
    expect(new Set(lossesOf(writer.damage))).toEqual(new Set(['log true']));
    writer.close();
    for (const damage of look('read')) expect(new Set(damage)).toEqual(new Set(['log true']));
  });

  it('it is well again once the log is back', () => {
    lose();
    look('write');
    putBack('whole');
    expect(look('write')).toEqual([[], []]);
    expect(look('read')).toEqual([[], []]);
  });

  it.skipIf(what.startsWith('a file'))('it is well again once a person accepted the loss', () => {
    lose();
    look('write');
    const writer = openArchive(dir, { mode: 'write' });
    writer.rebuildIndex({ acceptLoss: true });
    writer.close();
    expect(look('read')).toEqual([[], []]);
  });

  it.skipIf(what.startsWith('a file'))('its turns are taken again from their source', () => {
    lose();
    const writer = openArchive(dir, { mode: 'write' });
    writer.append({ turns });
    expect(writer.listBranch(at(turns, -1).hash)).toHaveLength(300);
    writer.close();
  });
});

describe('an index that was made over a damaged log', () => {
  it('does not take the damage for what was known, also when it is made anew', () => {
    const tile = join(folder, 'tile', 'entries', '000');
    const bytes = readFileSync(tile);
    writeFileSync(tile, Buffer.from(bytes).fill(0, 3000, 3200));
    rmSync(join(dir, 'private'), { recursive: true });
    const archive = openArchive(dir, { mode: 'write' });
    expect(lossesOf(archive.damage)).not.toEqual([]);
    archive.rebuildIndex();
    archive.close();
    writeFileSync(tile, bytes);
    for (const mode of ['read', 'write', 'read'] as const) expect(look(mode)).toEqual([[], []]);
  });

  it('remembers what was known before the damage, however often it is made anew', () => {
    const tile = join(folder, 'tile', 'entries', '000');
    writeFileSync(tile, readFileSync(tile).fill(0, 3000, 3200));
    for (const _ of [1, 2]) {
      const archive = openArchive(dir, { mode: 'write' });
      archive.rebuildIndex();
      archive.close();
    }
    putBack('earlier');
    for (const mode of ['read', 'write', 'read'] as const)
      for (const damage of look(mode)) expect(new Set(damage)).toEqual(new Set(['log true']));
    putBack('whole');
    look('write');
    expect(look('read')).toEqual([[], []]);
  });
});
