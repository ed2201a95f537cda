/** One side of a pull in a process of its own, to be killed: `puller <copy> <address>` or `publisher <archive> <site> <round>`. */
/** Says `ready` when its work begins and `done` when it has ended. */

import { openArchive } from '../../../src/archive/archive.ts';
import { silentLog, silentProgress } from '../../../src/base/log.ts';
import { Fetcher, pull } from '../../../src/replica/pull/pulling.ts';
import { at, chain } from '../../archive/turns.ts';
import { fixedKey, publish, writeReplica } from '../test-publisher.ts';

const [side, first = '', second = '', round = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
if (side === 'puller') {
  const fetcher = new Fetcher({ allowHosts: ['127.0.0.1'], typed: [second], userAgent: 'turnpress/test' });
  const report = await pull({
    ...{ dir: first, address: second, fetcher, log: silentLog, progress: silentProgress },
    ...{ nowMs: () => 0, patienceMs: 1 },
  });
  fetcher.close();
  process.stdout.write(`done ${report.failed} ${report.pending}\n`);
} else {
  const archive = openArchive(first, { mode: 'write' });
  const turns = chain(40, `round ${round}`);
  archive.append({ turns, heads: [{ conversation: at(turns, 0).hash, name: 'main', turn: at(turns, -1).hash }] });
  const [oldest] = [...archive.walkConversations({ order: 'oldest' })];
  if (oldest !== undefined) {
    const last = at(archive.listTurns(oldest.id), -1);
    archive.append({ turns: chain(30, `more ${round}`, { ...last, payload: new Uint8Array(0) }) });
  }
  const { origin } = archive.info;
  archive.close();
  publish(first, { key: fixedKey(origin) });
  writeReplica(first, second);
  process.stdout.write('done\n');
}
