/** Any call to the disk may fail: each ends in one sentence, nothing is lost, and the next run ends as if nothing had been. */
/** The calls of a run are listed first; then some of as many kinds fail, each time in the archive as it was. */

import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blake3Hex } from '../../src/base/blake3.ts';
import { EXIT, exitCodeOf } from '../../src/cli/errors.ts';
import { openPlace, type Place, type Ran } from './command-line.ts';
import { type Armed, armDisk } from './failing-disk.ts';
import { claudeSession } from './sessions.ts';

const CODES = ['ENOSPC', 'EIO', 'EMFILE'] as const;

let place: Place;
let base: string;
let turn: string;

beforeAll(async () => {
  place = openPlace();
  base = mkdtempSync(join(tmpdir(), 'turnpress-faults-'));
  const names = ['alpha', 'beta'];
  for (const round of [1, 2]) {
    for (const name of names) {
      const session = claudeSession(name);
      for (let n = 1; n <= round; n++) {
        session.prompt(`where does the ${name} lock ${n} live`);
        session.answer(`In the ${name} cupboard ${n}`);
      }
      session.prompt('thanks');
      place.write(`home/.claude/projects/-srv-code-orchard/${session.id}.jsonl`, session.text());
    }
    if (round === 1) expect((await place.inside()).code).toBe(0);
  }
  const [hit] = JSON.parse((await place.inside('search', 'cupboard', '--json')).out) as { turn: string }[];
  turn = hit?.turn ?? '';
  cpSync(place.folder, base, { recursive: true, preserveTimestamps: true });
});
afterAll(() => {
  place.close();
  rmSync(base, { recursive: true, force: true });
});

function restore(): void {
  for (const name of readdirSync(place.folder)) rmSync(join(place.folder, name), { recursive: true, force: true });
  cpSync(base, place.folder, { recursive: true, preserveTimestamps: true });
}

/** As the process would end: what is thrown becomes an exit code there. */
async function run(argv: readonly string[]): Promise<Ran> {
  try {
    return await place.inside(...argv);
  } catch (error) {
    const err = `${error instanceof Error ? error.stack : String(error)}`;
    const code = exitCodeOf(error);
    return { code, out: '', err: code === EXIT.bug ? err : String(error) };
  }
}

async function runFailing(argv: readonly string[], at: number, code: string): Promise<Ran & Pick<Armed, 'calls'>> {
  const armed = armDisk({ root: place.folder, at, code });
  try {
    return { ...(await run(argv)), calls: armed.calls };
  } finally {
    armed.disarm();
    leaveLock();
  }
}

/** A process that ends leaves what it could not remove, and is not there any more; this one goes on under the name in the lock. */
function leaveLock(): void {
  const lock = join(place.archive, 'private', 'lock');
  if (!existsSync(lock)) return;
  writeFileSync(lock, readFileSync(lock, 'utf8').replace(/"pid":\d+/, `"pid":${2 ** 30}`));
}

/** What a person has in the end: logs, blobs and pages. */
function snapshot(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const folder of [join(place.archive, 'conversations'), join(place.archive, 'blobs'), place.privateSite]) {
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) files.set(path.slice(place.folder.length), blake3Hex(readFileSync(path)));
    }
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** So many calls fail in each command, each in a run of its own. */
const MOST_CALLS = 12;

/** Calls of as many kinds, spread over all kinds that there are; of each one from the middle. */
function pickCalls(calls: readonly string[]): ReadonlyMap<string, number> {
  const places = [...Map.groupBy(calls.keys(), (i) => calls[i] ?? '')].sort(([a], [b]) => (a < b ? -1 : 1));
  const step = Math.max(1, places.length / MOST_CALLS);
  const picked = Array.from({ length: Math.min(MOST_CALLS, places.length) }, (_, i) => places[Math.floor(i * step)]);
  return new Map(picked.flatMap((one) => (one === undefined ? [] : [[one[0], (one[1][one[1].length >> 1] ?? 0) + 1]])));
}

const COMMANDS: Readonly<Record<string, () => readonly string[]>> = {
  ingest: () => ['ingest', '--settle'],
  build: () => ['build'],
  withdraw: () => ['withdraw', turn, '--yes', '--reason', 'personal'],
  verify: () => ['verify'],
};

describe('a call to the disk that fails in', () => {
  for (const [name, argvOf] of Object.entries(COMMANDS)) {
    it(`${name} ends in one sentence, and the next run heals it`, { timeout: 300_000 }, async () => {
      const argv = argvOf();
      restore();
      const whole = await runFailing(argv, 0, 'EIO');
      expect({ code: whole.code, err: whole.err }).toMatchObject({ code: 0 });
      expect((await run(['ingest', '--settle'])).code).toBe(0);
      expect((await run(['build'])).code).toBe(0);
      const wanted = snapshot();
      const kinds = pickCalls(whole.calls);
      expect(kinds.size).toBeGreaterThan(5);
      const wrong: unknown[] = [];
      let n = 0;
      for (const [kind, at] of kinds) {
        const code = CODES[n++ % CODES.length] ?? 'EIO';
        restore();
        const failed = await runFailing(argv, at, code);
        const again = await run(argv);
        const healed = [await run(['ingest', '--settle']), await run(['build']), await run(['verify'])];
        const now = snapshot();
        const other = [...new Set([...wanted.keys(), ...now.keys()])].filter((p) => wanted.get(p) !== now.get(p));
        const silent = /mistake|\n\s+at /.test(failed.err) || ![0, 2, 3, 4].includes(failed.code);
        if (silent || other.length > 0 || healed.some((ran) => ran.code !== 0))
          wrong.push({
            kind,
            at,
            code,
            failed: [failed.code, failed.err],
            again: [again.code, again.err],
            healed,
            other,
          });
      }
      expect(wrong).toEqual([]);
    });
  }
});
