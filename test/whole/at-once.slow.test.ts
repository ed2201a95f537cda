/** Commands that run at once, as real processes: whoever comes second waits or says so, and nothing is wrong at the end. */
/** What a site must be is told by a first build of a copy of the archive, alone. TURNPRESS_ROUNDS asks for more rounds. */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlace, type Place, type Ran } from './command-line.ts';
import { claudePath, claudeSession } from './sessions.ts';

const ROUNDS = Number(process.env.TURNPRESS_ROUNDS ?? 2);
const SESSIONS = 5;
/** Milliseconds: ends what hangs. */
const LIMIT = { timeout: 600_000 + ROUNDS * 120_000 };

let place: Place;
/** How much the sessions hold. */
let told = 0;
/** Steps through delays, so that each round begins its processes otherwise. */
let step = 0;

beforeEach(async () => {
  place = openPlace();
  place.configure({ publish: [{ conversation: '*', visibility: 'public' }] });
  await done('init');
  tell(6);
  await done('ingest', '--settle');
  await done('build');
  await done('publish', '--yes');
});
afterEach(() => {
  place.close();
  told = 0;
});

/** Every session goes on by so many exchanges; the last of them is new. */
function tell(more: number): void {
  told += more;
  for (let n = 0; n <= SESSIONS + Math.floor(told / 10); n++) {
    const session = claudeSession(`at once ${n}`, { cwd: `/srv/code/orchard-${n % 3}` });
    for (let turn = 0; turn < told; turn++) {
      session.prompt(`question ${turn} of ${n}`);
      session.answer([{ type: 'text', text: `answer ${turn} of ${n} ${'and more of it '.repeat(30)}` }]);
    }
    place.write(claudePath(session.id), session.text());
  }
}

async function done(...argv: readonly string[]): Promise<string> {
  const { code, out, err } = await place.inside(...argv);
  expect(code, `${argv.join(' ')}: ${err}`).toBe(0);
  return out;
}

/** All of them, each a little later than the one before. No stack trace, and no code but these. */
async function atOnce(codes: readonly number[], ...runs: readonly (readonly string[])[]): Promise<readonly Ran[]> {
  const ran = await Promise.all(
    runs.map(async (argv, i) => {
      await setTimeout((step++ * 37 * i) % 500);
      return place.turnpress(...argv);
    }),
  );
  for (const [i, { code, err }] of ran.entries()) {
    expect(codes, `${runs[i]?.join(' ')}: ${err}`).toContain(code);
    expect(err).not.toMatch(/\n\s+at |mistake in turnpress|damage/);
  }
  return ran;
}

/** Path → bytes. */
function readSite(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const read = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(read.map((file) => [relative(folder, file), readFileSync(file, 'base64')]));
}

/** What a first build makes of the archive, in a folder of its own. */
async function readAlone(...mode: readonly '--public'[]): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'turnpress-alone-'));
  try {
    cpSync(place.archive, join(folder, 'archive'), { recursive: true });
    rmSync(join(folder, 'archive', 'private'), { recursive: true });
    mkdirSync(join(folder, 'out'));
    await done('build', ...mode, '--archive', join(folder, 'archive'), '--output', join(folder, 'out', 'site'));
    return readSite(join(folder, 'out', 'site'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function expectRightSite(...mode: readonly '--public'[]): Promise<void> {
  const [here, alone] = [readSite(mode.length === 0 ? place.privateSite : place.site), await readAlone(...mode)];
  expect([...here.keys()]).toEqual([...alone.keys()]);
  for (const [path, bytes] of alone) expect(here.get(path) === bytes, path).toBe(true);
  expect(await done('build', ...mode)).toMatch(/: 0 pages written/);
}

describe('at once', LIMIT, () => {
  it('three builds leave the site that one leaves', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      tell(1);
      await done('ingest', '--settle');
      if (round % 4 === 3) rmSync(place.privateSite, { recursive: true });
      await atOnce([0], ['build'], ['build'], ['build']);
      await expectRightSite();
    }
  });

  it('builds beside an ingest end in the site of all that was read', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      tell(1);
      await atOnce([0], ['publish', '--yes'], ['ingest', '--settle'], ['build', '--public'], ['build']);
      await done('build');
      await done('publish', '--yes');
      await expectRightSite();
      await expectRightSite('--public');
    }
  });

  it('a withdrawal beside ingest and build ends clean', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [found] = JSON.parse(await done('search', `"answer ${round} of 1"`, '--json')) as { turn: string }[];
      tell(1);
      const withdraw = ['withdraw', found?.turn ?? '', '--yes', '--reason', 'other'];
      await atOnce([0], ['ingest', '--settle'], withdraw, ['build']);
      await done('verify');
      await done('build');
      await expectRightSite();
      for (const [path, bytes] of readSite(place.privateSite))
        expect(Buffer.from(bytes, 'base64').includes(`answer ${round} of 1 and`), path).toBe(false);
    }
  });

  it('several verify, also beside an ingest, and none finds damage', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      tell(1);
      const ran = await atOnce([0], ['verify'], ['ingest', '--settle'], ['verify'], ['verify']);
      for (const { out } of ran.filter((_, i) => i !== 1)) expect(out).toMatch(/^whole: /);
    }
  });

  it('writers wait for the lock while others read', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      tell(1);
      await atOnce([0], ['log'], ['ingest', '--settle'], ['search', 'answer'], ['ingest', '--settle'], ['log']);
      await done('verify');
    }
  });
});
