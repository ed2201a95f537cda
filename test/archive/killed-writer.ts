/** A writer that appends until it is killed. Run as a process of its own by faults.slow.test.ts: `node killed-writer.ts <dir> <from> <batches>`. */
/** Says each acknowledged batch on stdout, and nothing before it is acknowledged. */

import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { openArchive, prepareTurn } from '../../src/archive/archive.ts';
import { encodeItem } from '../../src/model/item.ts';

flushCompileCache(); // nobody who is killed does
const [, , dir = '', from = '0', batches = '1000000'] = process.argv;
const archive = openArchive(dir, { mode: 'write' });
const [conversation] = archive.walkConversations();
let parent = conversation === undefined ? null : (archive.listTurns(conversation.id).at(-1) ?? null);
for (let n = Number(from); n < Number(from) + Number(batches); n++) {
  const turns = [];
  let last: { hash: NonNullable<typeof parent>['hash']; depth: number } | null = parent;
  for (let i = 0; i < 1 + (n % 40); i++) {
    const text = n % 17 === 3 && i === 0 ? `${n} ${'large '.repeat(12_000)}` : `batch ${n}, turn ${i}`;
    const payload = encodeItem({ role: 'user', parts: [{ type: 'text', content: text }] });
    const turn = prepareTurn({
      parent: last,
      timeMs: n * 100 + i,
      encoding: 2,
      typeId: 'turnpress.item',
      typeVersion: 1,
      payload,
    });
    turns.push(turn);
    last = turn;
  }
  const first = turns[0];
  if (last === null || first === undefined) throw new Error('nothing to append');
  const id = conversation?.id ?? (parent === null ? first.hash : [...archive.walkConversations()][0]?.id);
  archive.append({ turns, heads: id === undefined ? [] : [{ conversation: id, name: 'main', turn: last.hash }] });
  parent = archive.getTurn(last.hash);
  writeSync(1, `${last.hash}\n`);
}
archive.close();
