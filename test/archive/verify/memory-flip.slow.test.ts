import { afterEach, expect, it, vi } from 'vitest';
import { createMemoryArchive, prepareTurn } from '../../../src/archive/archive.ts';
import { encodeItem, ITEM_TYPE, ITEM_VERSION } from '../../../src/model/item.ts';
import { JSON_ENCODING } from '../../../src/model/turn.ts';

const memory = vi.hoisted(() => ({ flips: false }));

vi.mock('../../../src/base/zstd.ts', async (original) => {
  const real = await original<typeof import('../../../src/base/zstd.ts')>();
  return {
    ...real,
    compressZstd: (bytes: Uint8Array, level: 1 | 3 | 9) => {
      const frame = real.compressZstd(bytes, level);
      if (memory.flips) frame[frame.length - 4] = (frame[frame.length - 4] ?? 0) ^ 16;
      return frame;
    },
  };
});

afterEach(() => {
  memory.flips = false;
});

it.each([
  ['a payload', 'short words '.repeat(20)],
  ['a blob', 'long words '.repeat(20_000)],
])(
  'A25: a bit that flips in memory between compressing and writing %s stops the append, and nothing is stored',
  (_, words) => {
    const archive = createMemoryArchive({ origin: 'example.org/flip' });
    const turn = prepareTurn({
      parent: null,
      timeMs: 1,
      encoding: JSON_ENCODING,
      typeId: ITEM_TYPE,
      typeVersion: ITEM_VERSION,
      payload: encodeItem({ role: 'user', parts: [{ type: 'text', content: words }] }),
    });
    memory.flips = true;
    expect(() => archive.append({ turns: [turn] })).toThrow();
    memory.flips = false;
    expect(archive.findTurn(turn.hash)).toBeUndefined();
    expect([...archive.walkConversations()]).toEqual([]);
    archive.close();
  },
);
