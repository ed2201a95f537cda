/** The contract in memory; reopening reads everything from the bytes, because the index is gone. */
/** So each test of the contract is also a test of rebuilding the index. */

import { describe, expect, it } from 'vitest';
import { createArchive, createMemoryArchive, openArchive } from '../../src/archive/archive.ts';
import { createMemoryDisk } from '../../src/base/memory-disk.ts';
import { describeArchive } from './contract.ts';
import { at, chain } from './turns.ts';

describeArchive('an archive in memory', () => {
  const disk = createMemoryDisk();
  createArchive('/archive', { origin: 'example.org/archive', nowMs: 0, disk });
  const open = () => openArchive('/archive', { mode: 'write', disk, indexPath: ':memory:' });
  return {
    open,
    reopen: (archive) => {
      archive.close();
      return open();
    },
  };
});

describe('createMemoryArchive', () => {
  it('is open to be written and independent of others', () => {
    const one = createMemoryArchive({ origin: 'example.org/one' });
    const two = createMemoryArchive({ origin: 'example.org/two' });
    const turns = chain(2, 'x');
    one.append({ turns });
    expect(one.getTurn(at(turns, 1).hash).depth).toBe(1);
    expect([...two.walkConversations()]).toEqual([]);
  });
});
