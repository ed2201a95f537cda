/** A site with every kind of page that can be checked: long, branched, illustrated, foreign, taken back, annotated. */
/** One conversation for each kind, so that a page that is wrong says which kind it is. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openArchive, prepareTurn } from '../../src/archive/archive.ts';
import { MAIN_HEAD } from '../../src/model/conversation.ts';
import type { ConversationId, TurnHash } from '../../src/model/ids.ts';
import type { PayloadType } from '../../src/model/payload.ts';
import { JSON_ENCODING } from '../../src/model/turn.ts';
import { conversationUrl } from '../../src/site/urls.ts';
import { whole } from '../model/image-samples.ts';
import { answer, call, prompt, response, type Told, tell, turnAt } from '../site/site-fixture.ts';
import { openPlace, type Place } from './command-line.ts';
import { claudePath, claudeSession } from './sessions.ts';

export interface Vineyard {
  readonly place: Place;
  /** Kind of page → its path on the site. */
  readonly pages: ReadonlyMap<string, string>;
  /** A turn on the page of that kind, which is not the first. */
  readonly turns: ReadonlyMap<string, TurnHash>;
  /** `content/site.json`, as far as it says what is public. */
  readonly config: object;
  source(path: string): string;
  close(): void;
}

const picture = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: Buffer.from(whole['image/png']).toString('base64') },
};
const long = 'The vine is old, and its grapes are small. '.repeat(500);

export async function openVineyard(): Promise<Vineyard> {
  const place = openPlace();
  const ran = async (...argv: readonly string[]): Promise<void> => {
    const { code, err } = await place.inside(...argv);
    expect([code, err]).toEqual([0, err]);
  };
  writeSessions(place);
  await ran('init', '.', '--origin', 'test.example/vineyard');
  await ran('ingest', '--settle');
  const pages = new Map<string, string>();
  const turns = new Map<string, TurnHash>();
  const archive = openArchive(place.archive, { mode: 'write' });
  const add = (kind: string, id: ConversationId, turn: TurnHash, below = ''): void => {
    pages.set(kind, conversationUrl(id) + below);
    turns.set(kind, turn);
  };
  let taken: TurnHash;
  let allowed: readonly string[] = [];
  try {
    const branched = tell(archive, {
      items: [prompt('Which vine?'), answer('The old one.'), prompt('Cut it.'), answer('It is cut.')],
      meta: { agent: 'codex', project: 'vines', title: 'The old vine' },
    });
    add('main', branched.id, turnAt(branched, 1).hash);
    const left = tell(archive, {
      items: [prompt('Leave it.'), answer('It stays.')],
      ...{ after: turnAt(branched, 1), conversation: branched.id, head: 'b-12345678', minute: 20 },
    });
    add('branch', branched.id, turnAt(left, 1).hash, 'b/b-12345678/');
    archive.append({
      turns: [],
      heads: [{ conversation: branched.id, name: 'b-87654321', turn: turnAt(branched, 1).hash }],
    });
    add('merged', branched.id, turnAt(branched, 1).hash, 'b/b-87654321/');
    const pressed = tell(archive, {
      items: Array.from({ length: 8 }, (_, i) => [
        prompt(`Row ${i}`),
        answer(long, call(`row-${i}`, `ls ${i}`)),
        response(`row-${i}`, `vine ${i}`),
        answer(`Row ${i} is done.`),
      ]).flat(),
      meta: { agent: 'codex', title: 'All rows' },
      minute: 100,
    });
    add('long', pressed.id, turnAt(pressed, 1).hash);
    add('second page', pressed.id, turnAt(pressed, -1).hash, 'p2/');
    const gone = tell(archive, {
      items: [prompt('Where is the key?'), answer('Under the stone.'), prompt('Thanks.'), answer('You are welcome.')],
      ...{ meta: { agent: 'codex', title: 'A key' }, minute: 200 },
    });
    taken = turnAt(gone, 1).hash;
    add('taken back', gone.id, turnAt(gone, 3).hash);
    const noted = tell(archive, {
      items: [prompt('Press them?'), answer('Pressed.'), prompt('Good?'), answer('Sweet.')],
      ...{ meta: { agent: 'codex', title: 'The press' }, minute: 300 },
    });
    add('note', noted.id, turnAt(noted, 1).hash);
    writeNote(place, noted);
    const foreign = tellForeign(archive, { typeId: 'com.example.note', typeVersion: 3, encoding: JSON_ENCODING }, [
      Buffer.from('{"said":"What is this?"}'),
      Buffer.from('{"said":"Something of another program."}'),
    ]);
    add('foreign', foreign.id, turnAt(foreign, 1).hash);
    const packed = tellForeign(archive, { typeId: 'cxdb.ConversationItem', typeVersion: 3, encoding: 1 }, [
      Buffer.from('82a131a5757365725fa132a5576861743f', 'hex'),
      Buffer.from('82a131c0a132c40500ff80c1fe', 'hex'),
    ]);
    add('packed', packed.id, turnAt(packed, 1).hash);
    allowed = packed.turns.map(({ hash }) => hash.slice(0, 16));
    for (const { id, firstPrompt } of archive.walkConversations()) {
      const [, second] = archive.listTurns(id);
      const kind = /child/.test(firstPrompt) ? 'sub-agent' : /picture/.test(firstPrompt) ? 'pictures' : undefined;
      if (kind !== undefined && second !== undefined) add(kind, id, second.hash);
    }
  } finally {
    archive.close();
  }
  const config = {
    ...{ publish: [{ conversation: '*', visibility: 'public' }], images: { publish: true } },
    // nobody can look into what another program packed
    redact: { allow: allowed },
  };
  place.configure(config);
  await ran('publish', '--yes');
  await ran('withdraw', taken, '--reason', 'secret', '--yes');
  await ran('publish', '--yes');
  return {
    ...{ place, pages, turns, config },
    source: (path) => readFileSync(join(place.site, path, 'index.html'), 'utf8'),
    close: () => place.close(),
  };
}

/** A prompt with a picture, and a sub-agent that it starts. */
function writeSessions(place: Place): void {
  const session = claudeSession('cellar', { cwd: '/srv/code/cellar' });
  session.prompt([{ type: 'text', text: 'See this picture' }, picture]);
  session.answer([
    { type: 'text', text: 'I ask somebody.' },
    { type: 'tool_use', id: 'task-1', name: 'Task', input: { description: 'Look', prompt: 'Be a child' } },
  ]);
  session.result('task-1', 'It is a leaf.', { toolUseResult: { agentId: 'a1b2c3', status: 'completed' } });
  session.answer([{ type: 'text', text: 'A leaf.' }]);
  place.write(claudePath(session.id, '-srv-code-cellar'), session.text());
  const child = claudeSession('cellar child', {
    cwd: '/srv/code/cellar',
    more: { isSidechain: true, agentId: 'a1b2c3', sessionId: session.id },
  });
  child.prompt('Be a child');
  child.answer([{ type: 'text', text: 'It is a leaf.' }]);
  place.write(claudePath(`${session.id}/subagents/agent-a1b2c3`, '-srv-code-cellar'), child.text());
}

function writeNote(place: Place, told: Told): void {
  const anchor = `t-${turnAt(told, 1).hash.slice(0, 16)}`;
  place.write(
    `content/notes/${told.id.slice(0, 16)}.md`,
    `---\ntitle: My press\nsummary: How it went\nchapters:\n  - turn: ${turnAt(told, 2).hash.slice(0, 16)}\n    title: The taste\n---\nMine, above.\n\n## ${anchor}\n\nMine, *between*.\n`,
  );
}

/** Turns of a kind that turnpress keeps as they are, one for each payload. */
function tellForeign(archive: Parameters<typeof tell>[0], type: PayloadType, payloads: readonly Uint8Array[]): Told {
  const turns: ReturnType<typeof prepareTurn>[] = [];
  for (const [i, payload] of payloads.entries())
    turns.push(prepareTurn({ parent: turns.at(-1) ?? null, timeMs: Date.UTC(2026, 0, 3, 3, i), ...type, payload }));
  const [first, last] = [turns[0], turns.at(-1)];
  if (first === undefined || last === undefined) throw new Error('nothing was told');
  archive.append({
    turns,
    heads: [{ conversation: first.hash as unknown as ConversationId, name: MAIN_HEAD, turn: last.hash }],
  });
  return { id: first.hash as unknown as ConversationId, turns };
}
