import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type ArchiveReader,
  type ArchiveWriter,
  createMemoryArchive,
  type PreparedTurn,
  prepareTurn,
} from '../../../src/archive/archive.ts';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import { silentLog, silentProgress } from '../../../src/base/log.ts';
import { DEFAULT_CONFIG } from '../../../src/cli/config.ts';
import type { Meta } from '../../../src/model/conversation.ts';
import type { Item } from '../../../src/model/item.ts';
import { findBlocked } from '../../../src/replica/replica.ts';
import { at, itemTurn } from '../../archive/turns.ts';
import { github } from '../../secrets/must-go.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnpress-gate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(folder, String(folders++));

const KEY = new Uint8Array(32).fill(7);

const say = (content: string): Item => ({ role: 'user', parts: [{ type: 'text', content }] });

async function look(
  archive: ArchiveReader,
  allow: readonly string[] = [],
  cacheDir = newFolder(),
  key: Uint8Array | undefined = KEY,
): Promise<string[]> {
  const config = {
    ...DEFAULT_CONFIG,
    publish: [{ conversation: '*', visibility: 'public' }],
    redact: { ...DEFAULT_CONFIG.redact, allow },
  } as const;
  const blocked = await findBlocked(archive, {
    config,
    cacheDir,
    knownValues: [],
    ...(key !== undefined && { key }),
    log: silentLog,
    progress: silentProgress,
  });
  return [...blocked.values()];
}

/** An archive of one conversation: a harmless prompt, and then `turn`. */
function withTurn(turn: (parent: PreparedTurn) => PreparedTurn, meta?: Meta): ArchiveWriter {
  const archive = createMemoryArchive({ origin: 'sessions.example.org/archive' });
  const first = itemTurn(null, say('hello'));
  archive.append({
    turns: [first, turn(first)],
    ...(meta === undefined ? {} : { metas: [{ conversation: first.hash, meta, timeMs: 1 }] }),
  });
  return archive;
}

function foreign(text: string, encoding: 1 | 2 = 2, typeId = 'example.note', typeVersion = 3) {
  return (parent: PreparedTurn) =>
    prepareTurn({ parent, timeMs: 1, encoding, typeId, typeVersion, payload: encodeUtf8(text) });
}

const harmless = (parent: PreparedTurn) => itemTurn(parent, say('nothing here'));

describe('the gate', () => {
  it('lets pass what it could look into and found nothing in', async () => {
    expect(await look(withTurn(harmless, { title: 'A title' }))).toEqual([]);
    expect(await look(withTurn(foreign('{"note":"harmless"}')))).toEqual([]);
  });

  it.each([
    ['a foreign JSON payload', withTurn(foreign(`{"deep":[{"note":"${github}"}]}`))],
    ['the name of a member in foreign JSON', withTurn(foreign(`{"${github}":1}`))],
    ['the type id of a foreign payload', withTurn(foreign('{}', 2, github))],
    [
      'a part of a later version',
      withTurn((parent) =>
        itemTurn(parent, { role: 'user', parts: [{ type: 'later', x: github }] } as unknown as Item),
      ),
    ],
    ['a member of meta that this version does not know', withTurn(harmless, { later: { notes: [github] } } as Meta)],
    ['a session id in meta', withTurn(harmless, { sessions: [github] })],
  ])('finds a secret in %s', async (_, archive) => {
    expect(await look(archive)).toEqual([expect.stringContaining('github')]);
  });

  it('finds a secret in a title of before, and none once that is taken back', async () => {
    const archive = withTurn(harmless, { title: github });
    const conversation = at([...archive.walkConversations()], 0).id;
    archive.append({ turns: [], metas: [{ conversation, meta: { title: 'harmless' }, timeMs: 2 }] });
    expect(await look(archive)).toEqual([expect.stringContaining('github')]);
    archive.withdrawMeta(conversation, 1, 3);
    expect(await look(archive)).toEqual([]);
  });

  it('does not look into what another conversation took over: it is not published', async () => {
    const archive = withTurn((parent) => itemTurn(parent, say(github)));
    expect(await look(archive)).toEqual([expect.stringContaining('github')]);
    const conversation = at([...archive.walkConversations()], 0).id;
    const joined = itemTurn(null, say('the whole')).hash;
    archive.append({ turns: [], metas: [{ conversation, meta: { joined } as Meta, timeMs: 2 }] });
    expect(await look(archive)).toEqual([]);
  });

  it('finds a secret in a blob that is text', async () => {
    const archive = createMemoryArchive({ origin: 'sessions.example.org/archive' });
    const hash = archive.putBlob(encodeUtf8(`login with ${github}`));
    const part = { type: 'blob', modality: 'document', mime_type: 'application/pdf', hash, size: 51 } as const;
    archive.append({ turns: [itemTurn(null, { role: 'user', parts: [part] })] });
    expect(await look(archive)).toEqual([expect.stringContaining('github')]);
  });

  it.each([
    ['MessagePack', foreign('\u0081', 1), /of type example\.note, cannot be looked into/],
    ['JSON that is none', foreign('{"a":'), /not JSON/],
    [
      'JSON with a member twice, the first of which would go unseen',
      foreign(`{"a":"${github}","a":1}`),
      /a stands twice/,
    ],
    [
      'an item that is none',
      foreign('{"parts":[{"content":7,"type":"text"}],"role":"user"}', 2, 'turnpress.item', 1),
      /parts\[0\]\.content must be a text/,
    ],
  ])('stops at what it cannot look into: %s', async (_, turn, message) => {
    const archive = withTurn(turn);
    expect(await look(archive)).toEqual([expect.stringMatching(message)]);
    const hash = at(
      [...archive.walkConversations()].flatMap(({ id }) => archive.listTurns(id)),
      1,
    ).hash;
    expect(await look(archive, [hash.slice(0, 16)])).toEqual([]);
  });

  it('looks at what is new in a conversation that has passed, and again at all after a change of rules', async () => {
    const archive = withTurn(harmless);
    const cacheDir = newFolder();
    const read: number[] = [];
    const counting: ArchiveReader = withOwn(archive, {
      readPayloads(turns) {
        read.push(turns.length);
        return archive.readPayloads(turns);
      },
    });
    expect(await look(counting, [], cacheDir)).toEqual([]);
    expect(await look(counting, [], cacheDir)).toEqual([]);
    expect(read).toEqual([2]);
    const last = archive.listTurns(at([...archive.walkConversations()], 0).id).at(-1);
    archive.append({ turns: [itemTurn(last as unknown as PreparedTurn, say(github))] });
    expect(await look(counting, [], cacheDir)).toEqual([expect.stringContaining('github')]);
    expect(read).toEqual([2, 1]);
    expect(await look(counting, ['0123456789abcdef'], cacheDir)).toEqual([expect.stringContaining('github')]);
    expect(read).toEqual([2, 1, 3]);
  });

  it('believes no memory that another machine made, and none that somebody wrote', async () => {
    const counted = (archive: ArchiveReader) => {
      let reads = 0;
      const reader: ArchiveReader = withOwn(archive, {
        readPayloads(turns) {
          reads++;
          return archive.readPayloads(turns);
        },
      });
      return { reader, reads: () => reads };
    };
    const archive = withTurn(harmless);
    const cacheDir = newFolder();
    const { reader, reads } = counted(archive);
    await look(reader, [], cacheDir, new Uint8Array(32).fill(8));
    await look(reader, [], cacheDir);
    expect(reads()).toBe(2);
    await look(reader, [], cacheDir);
    expect(reads()).toBe(2);
    const db = new DatabaseSync(join(cacheDir, 'publish-gate.db'));
    db.exec('UPDATE state SET mark = zeroblob(32); UPDATE passed SET mark = zeroblob(32)');
    db.close();
    await look(reader, [], cacheDir);
    expect(reads()).toBe(3);
  });

  it('keeps no secret in for a memory that says that it passed', async () => {
    const clean = withTurn(harmless);
    const cacheDir = newFolder();
    expect(await look(clean, [], cacheDir)).toEqual([]);
    const leaking = withTurn((parent) => itemTurn(parent, say(github)));
    const { id, rootHash } = at([...leaking.walkConversations()], 0);
    const db = new DatabaseSync(join(cacheDir, 'publish-gate.db'));
    db.prepare('UPDATE passed SET conversation=?, root=?').run(Buffer.from(id, 'hex'), Buffer.from(rootHash, 'hex'));
    db.close();
    expect(await look(leaking, [], cacheDir)).toEqual([expect.stringContaining('github')]);
  });

  it('looks at everything each time where there is no key', async () => {
    const archive = withTurn(harmless);
    const cacheDir = newFolder();
    let reads = 0;
    const reader: ArchiveReader = withOwn(archive, {
      readPayloads(turns) {
        reads++;
        return archive.readPayloads(turns);
      },
    });
    for (let run = 1; run <= 2; run++) {
      const config = { ...DEFAULT_CONFIG, publish: [{ conversation: '*', visibility: 'public' }] } as const;
      await findBlocked(reader, { config, cacheDir, knownValues: [], log: silentLog, progress: silentProgress });
      expect(reads).toBe(run);
    }
  });

  it('looks at everything again when its memory is no database', async () => {
    const archive = withTurn(foreign(`{"note":"${github}"}`));
    const cacheDir = newFolder();
    expect(await look(archive, [], cacheDir)).toHaveLength(1);
    writeFileSync(join(cacheDir, 'publish-gate.db'), 'no database at all'.repeat(100));
    expect(await look(archive, [], cacheDir)).toHaveLength(1);
  });

  it('looks at a turn that was damaged once its bytes are back', async () => {
    const archive = withTurn((parent) => itemTurn(parent, say(github)));
    const cacheDir = newFolder();
    const broken: ArchiveReader = withOwn(archive, {
      readPayloads: (turns) =>
        archive
          .readPayloads(turns)
          .map((payload, i) => (i === 0 ? payload : { status: 'damaged', file: 'x', problem: 'gone' })),
    });
    expect(await look(broken, [], cacheDir)).toEqual([]);
    expect(await look(archive, [], cacheDir)).toEqual([expect.stringContaining('github')]);
  });
});

/** The archive, but for these members. */
function withOwn(archive: ArchiveReader, own: Partial<ArchiveReader>): ArchiveReader {
  return new Proxy(archive, {
    get: (target, name) => {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name);
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
