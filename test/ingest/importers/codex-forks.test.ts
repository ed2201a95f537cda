import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createMemoryArchive } from '../../../src/archive/archive.ts';
import { ingest } from '../../../src/ingest/ingest.ts';
import { testOptions } from '../fake-agent.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'codex');

describe('a Codex fork', () => {
  let dir: string;
  let archive: ArchiveWriter;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'turnpress-forks-'));
    archive = createMemoryArchive({ origin: 'example.org/test' });
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const read = (...names: string[]) =>
    ingest(archive, testOptions(names.map((name) => copyOf(name, `${names.indexOf(name)}-${name}`))));
  const copyOf = (name: string, as: string) => {
    copyFileSync(join(fixtures, name), join(dir, as));
    return join(dir, as);
  };
  const live = () => [...archive.walkConversations()].filter(({ meta }) => meta.joined === undefined);
  const branches = () => live().map((c) => c.heads.map((head) => head.name.slice(0, 2)).toSorted());

  it.each([[['fork-parent.jsonl', 'fork-child.jsonl']], [['fork-child.jsonl', 'fork-parent.jsonl']]])(
    'is a branch of the session it was forked from: %j in one run',
    async (names) => {
      await read(...names);
      expect(branches()).toEqual([['b-', 'ma']]);
      expect([...archive.walkConversations()][0]?.meta.fork_of).toBeUndefined();
      expect([...archive.walkConversations()][0]?.meta.sessions).toHaveLength(2);
    },
  );

  it('is a branch, too, when the origin was read in an earlier run', async () => {
    await read('fork-parent.jsonl');
    await read('fork-child.jsonl');
    expect(branches()).toEqual([['b-', 'ma']]);
  });

  it('is one conversation with its origin, too, when that comes in a later run', async () => {
    await read('fork-child.jsonl');
    expect([...archive.walkConversations()][0]?.meta.fork_of).toBeDefined();
    await read('fork-parent.jsonl');
    expect(branches()).toEqual([['b-', 'ma']]);
    const late = live();
    archive = createMemoryArchive({ origin: 'example.org/test' });
    await read('fork-parent.jsonl');
    await read('fork-child.jsonl');
    const pointers = (all: typeof late) =>
      all.map(({ id, heads }) => [id, heads.map(({ name, turn }) => [name, turn])]);
    expect(pointers(late)).toEqual(pointers(live()));
  });
});
