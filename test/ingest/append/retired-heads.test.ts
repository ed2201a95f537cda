/** Branches that `main` takes over and gives back, on a real archive that hides what is retired. */
/** Hiding must lose no branch, and must not make ingest write the same heads again. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ArchiveWriter, createMemoryArchive } from '../../../src/archive/archive.ts';
import { ingest } from '../../../src/ingest/ingest.ts';
import { type FakeLine, fakeAgent, testOptions, writeFake } from '../fake-agent.ts';

const session: readonly FakeLine[] = [
  { session: 's' },
  { key: 'a', parent: null, time: 1, say: 'hello' },
  { key: 'b', parent: 'a', time: 2, say: 'one way' },
  { key: 'c', parent: 'a', time: 3, say: 'another way' },
];

let dir: string;
let archive: ArchiveWriter;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turnpress-heads-'));
  archive = createMemoryArchive({ origin: 'example.org/heads' });
});
afterEach(() => {
  archive.close();
  rmSync(dir, { recursive: true, force: true });
});

it('a branch that main takes over is shown no more, and again when main leaves it', async () => {
  const seen: string[][] = [];
  const sizes: number[] = [];
  for (const current of ['c', 'b', 'c', 'c']) {
    const path = writeFake(join(dir, 's.fake'), [...session, { current }, { title: `after ${seen.length >> 2}` }]);
    await ingest(archive, testOptions([path]), [fakeAgent]);
    const [summary] = archive.walkConversations();
    seen.push((summary?.heads ?? []).map((head) => `${head.name.slice(0, 2)} ${keyOf(head.turn)}`));
    sizes.push(summary?.size ?? 0);
  }
  expect(seen[0]).toEqual(['b- b', 'ma c']);
  expect(seen[1]).toEqual(['b- c', 'ma b']);
  expect(seen.slice(2)).toEqual([seen[0], seen[0]]);
  expect(sizes[3]).toBe(sizes[2]);
  const [id] = [...archive.walkConversations()].map((summary) => summary.id);
  expect(id === undefined ? [] : archive.listHeads(id)).toHaveLength(3);
  expect(archive.verify().damage).toEqual([]);
});

function keyOf(hash: ReturnType<ArchiveWriter['listHeads']>[number]['turn']): string | undefined {
  const payload = archive.readPayload(archive.getTurn(hash));
  const text = payload.status === 'present' ? Buffer.from(payload.bytes).toString() : '';
  return session.find((line) => line.say !== undefined && text.includes(line.say))?.key;
}
