/** Two archives on hosts of their own, a mirror of one, a subscriber to all three: everything that happens to them, and kill -9 in between. */
/** TURNPRESS_ROUNDS asks for more rounds. On S3-compatible servers, too, where one is installed: see test/cli/publishing/s3-server.ts. */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ArchiveReader, openArchive } from '../../src/archive/archive.ts';
import { BUCKET, isInstalled, KEYS, type RunningServer, SERVERS, startServer } from '../cli/publishing/s3-server.ts';
import { type Asked, type HostileServer, honest, reset, serveHostile } from '../replica/hostile-server.ts';
import { filesOf, said } from '../replica/pull/pull-kit.ts';
import { openPlace, type Place } from './command-line.ts';
import { type ClaudeSession, claudePath, claudeSession } from './sessions.ts';

const ROUNDS = Number(process.env.TURNPRESS_ROUNDS ?? 2);
const LIMIT = { timeout: 120_000 + ROUNDS * 120_000 };
const BIN = join(import.meta.dirname, '..', '..', 'bin', 'turnpress.js');

/** The same steps for the same seed. */
let state = Number(process.env.TURNPRESS_SEED ?? 1);
function random(): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
  return state / 0x8000_0000;
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function run(place: Place, code: number, ...argv: readonly string[]): Promise<string> {
  const ran = await place.inside(...argv).catch((error: unknown) => ({ code: -1, out: '', err: String(error) }));
  const said = [argv.join(' '), ran.out, ran.err];
  expect([ran.code, ...said]).toEqual([code, ...said]);
  return ran.out;
}

/** How long a command of this name took at most until now, so that kills are spread over its life on any machine. */
const lasts = new Map<string, number>();
let killed = 0;

/** Starts it, and kills it somewhere in its life. */
async function kill(place: Place, env: Readonly<Record<string, string>>, ...argv: readonly string[]): Promise<void> {
  const name = `${argv[0]} ${argv.length}`;
  const began = performance.now();
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: place.folder,
    env: { ...env, HOME: place.home, PATH: process.env.PATH ?? '' },
    stdio: 'ignore',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), (lasts.get(name) ?? 1500) * (0.3 + 0.7 * random()));
  const signal = await new Promise((resolve) => child.once('close', (_, by) => resolve(by)));
  clearTimeout(timer);
  if (signal === 'SIGKILL') killed++;
  else lasts.set(name, performance.now() - began);
}

function read<T>(dir: string, work: (archive: ArchiveReader) => T): T {
  const archive = openArchive(dir, { mode: 'read' });
  try {
    return work(archive);
  } finally {
    archive.close();
  }
}

/** An archive with sessions that grow and fork, and a place to which it is published. */
class Publisher {
  readonly place: Place;
  readonly #to: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #name: string;
  readonly #sessions: { readonly session: ClaudeSession; prompts: string[] }[] = [];
  readonly #hidden = new Set<number>();
  #n = 0;

  constructor(name: string, to: string, env: Readonly<Record<string, string>> = {}) {
    this.#name = name;
    this.#to = to;
    this.#env = env;
    this.place = openPlace(env);
    closing.push(() => this.place.close());
  }

  async begin(): Promise<void> {
    await run(this.place, 0, 'init', '.', '--origin', `test.example/${this.#name}`);
    for (let i = 0; i < 3; i++) this.add();
    await this.publish();
  }

  add(): void {
    const session = claudeSession(`${this.#name} ${this.#sessions.length}`, {
      cwd: `/srv/code/${this.#name}-${this.#sessions.length}`,
    });
    this.#sessions.push({ session, prompts: [] });
    this.grow(this.#sessions.length - 1, 4);
  }

  grow(i = this.#pick(), exchanges = 1 + Math.floor(random() * 5)): void {
    const found = this.#sessions[i];
    if (found === undefined) return;
    for (let n = 0; n < exchanges; n++) {
      const prompt = `question ${++this.#n} of ${this.#name}`;
      found.prompts.push(found.session.prompt(prompt));
      found.session.answer([{ type: 'text', text: `answer ${this.#n} of ${this.#name} ${'and more '.repeat(40)}` }]);
    }
    this.#save(i);
  }

  /** Somebody goes back to an earlier prompt and asks otherwise. */
  fork(): void {
    const i = this.#pick();
    const found = this.#sessions[i];
    const back = found?.prompts[Math.floor(random() * (found.prompts.length - 1))];
    if (found === undefined || back === undefined) return;
    const parent = found.session
      .text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { uuid: string; parentUuid: string | null })
      .find(({ uuid }) => uuid === back)?.parentUuid;
    if (parent === null || parent === undefined) return;
    found.prompts.push(found.session.prompt(`another question ${++this.#n}`, { parentUuid: parent }));
    found.session.answer([{ type: 'text', text: `another answer ${this.#n}` }]);
    this.#save(i);
  }

  async withdraw(): Promise<void> {
    const turn = read(this.place.archive, (archive) => {
      const all = [...archive.walkConversations()].flatMap(({ id }) => archive.listTurns(id));
      const payloads = archive.readPayloads(all);
      const left = all.filter((_, i) => payloads[i]?.status === 'present');
      return left[Math.floor(random() * left.length)];
    });
    if (turn !== undefined) await run(this.place, 0, 'withdraw', turn.hash, '--reason', 'personal', '--yes');
  }

  /** A conversation goes out of sight, or comes back. */
  hide(): void {
    const i = this.#pick();
    if (!this.#hidden.delete(i)) this.#hidden.add(i);
  }

  #pick(): number {
    return Math.floor(random() * this.#sessions.length);
  }

  #save(i: number): void {
    const session = this.#sessions[i]?.session;
    if (session !== undefined) this.place.write(claudePath(session.id, `-srv-code-${this.#name}-${i}`), session.text());
  }

  #configure(): void {
    const rules = this.#sessions.map((_, i) => ({
      project: `/srv/code/${this.#name}-${i}`,
      visibility: this.#hidden.has(i) ? 'private' : 'public',
    }));
    this.place.configure({ title: this.#name, publish: rules });
  }

  /** Killed on the way for a first time when `hurt` says so. */
  async publish(hurt = false, ...more: readonly string[]): Promise<void> {
    this.#configure();
    if (hurt) await kill(this.place, this.#env, 'ingest', '--settle');
    await run(this.place, 0, 'ingest', '--settle');
    if (hurt) await kill(this.place, this.#env, 'publish', '--yes', '--to', this.#to, ...more);
    await run(this.place, 0, 'publish', '--yes', '--to', this.#to, ...(hurt ? [] : more));
    await run(this.place, 0, 'verify');
  }

  /** What anybody may read, as it was published. */
  get replica(): string {
    return join(this.place.site, 'archive');
  }
}

/** Somebody who pulls. */
class Follower {
  readonly place: Place = openPlace();

  constructor() {
    closing.push(() => this.place.close());
  }

  async begin(follows: Readonly<Record<string, string>>): Promise<void> {
    await run(this.place, 0, 'init', '.');
    for (const [name, address] of Object.entries(follows))
      await run(this.place, 0, 'subscribe', address, '--name', name, '--allow-host', new URL(address).host);
  }

  copy(name: string): string {
    return join(this.place.archive, 'private', 'replicas', name);
  }

  /** All that can be read of a copy, whatever state it is in. Everything of it is verified, or it says which is not. */
  async look(name: string) {
    await run(this.place, 0, 'verify', '--archive', this.copy(name));
    return read(this.copy(name), said);
  }

  async pull(hurt: boolean): Promise<void> {
    if (hurt) await kill(this.place, {}, 'pull');
    await run(this.place, 0, 'pull');
  }
}

type Said = ReturnType<typeof said>;

/** Every turn that could be read before can be read now, but for what the origin took back or holds no more. */
function expectKept(before: Said, now: Said, origin: Said): void {
  const left = new Map(origin.map((each) => [each.summary.id, each]));
  const held = new Map(now.map((each) => [each.summary.id, each]));
  for (const { summary, turns, payloads } of before) {
    const there = left.get(summary.id);
    if (there === undefined) continue;
    const [gone, ours] = [there, held.get(summary.id)].map(
      (each) => new Map(each?.turns.map((turn, i) => [turn.hash, each.payloads[i]])),
    );
    for (const [i, { hash }] of turns.entries())
      if (gone?.get(hash) === payloads[i]) expect(ours?.get(hash), `turn ${hash}`).toBe(payloads[i]);
  }
}

function bytesBelow(folder: string): number {
  if (!existsSync(folder)) return 0;
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

async function loop(first: Publisher, address: string, host: HostileServer | undefined): Promise<void> {
  const second = new Publisher('plum', 'www');
  const secondHost = await serve(join(second.place.folder, 'www'));
  for (const each of [first, second]) await each.begin();
  const mirror = new Follower();
  await mirror.begin({ origin: address });
  const build = ['build', '--public', '--archive', mirror.copy('origin'), '--output', '_mirror'];
  await run(mirror.place, 0, ...build);
  const mirrorFolder = join(mirror.place.folder, '_mirror');
  const mirrorHost = await serve(mirrorFolder);
  const subscriber = new Follower();
  await subscriber.begin({ first: address, mirror: `${mirrorHost.url}/`, second: `${secondHost.url}/` });
  for (let round = 0; round < ROUNDS; round++) {
    const before = { first: await subscriber.look('first'), second: await subscriber.look('second') };
    // in turn, so that few rounds have all of it
    const acts: readonly (() => unknown)[] = [
      () => first.fork(),
      () => first.withdraw(),
      () => first.hide(),
      () => first.add(),
      () => second.withdraw(),
      () => second.fork(),
    ];
    for (const act of [acts[(2 * round) % acts.length], acts[(2 * round + 1) % acts.length]]) await act?.();
    first.grow();
    second.grow();
    const rotates = round % 3 === 1 ? ['--rotate-key'] : [];
    if (host !== undefined && round % 2 === 0) host.rules = [{ match: /./, from: 3, to: 4, mode: reset }];
    await first.publish(true, ...rotates);
    await second.publish(round % 2 === 0, ...(round % 4 === 3 ? ['--rotate-key'] : []));
    // a publish that nobody looks at
    if (round % 3 === 2) {
      first.grow();
      await first.publish();
    }
    await mirror.pull(true);
    await kill(mirror.place, {}, ...build);
    await run(mirror.place, 0, ...build);
    expect(filesOf(join(mirrorFolder, 'archive'))).toEqual(filesOf(first.replica));
    await kill(subscriber.place, {}, 'pull');
    const origin = await mirror.look('origin');
    expectKept(before.first, await subscriber.look('first'), origin);
    await subscriber.look('second');
    if (host !== undefined) host.rules = [];
    await subscriber.pull(round % 2 === 1);
    const now = await subscriber.look('first');
    expect(now).toEqual(origin);
    expect(await subscriber.look('mirror')).toEqual(origin);
    expectPublished(first, now);
    expectPublished(second, await subscriber.look('second'));
  }
  expect(bytesBelow(join(subscriber.copy('first'), 'private', 'evidence'))).toBe(0);
  expect(killed).toBeGreaterThan(0);
}

/** What can be read of the copy is what the archive itself says of what it published. */
function expectPublished({ place, replica }: Publisher, copy: Said): void {
  const own = new Map(read(place.archive, said).map((each) => [each.summary.id, each]));
  expect(copy.map(({ summary }) => summary.id).sort()).toEqual(readdirSync(join(replica, 'conversations')).sort());
  for (const { summary, turns, payloads } of copy) {
    const origin = own.get(summary.id);
    expect(turns.map(({ hash }) => hash)).toEqual(origin?.turns.map(({ hash }) => hash));
    expect(payloads).toEqual(origin?.payloads);
  }
}

async function serve(folder: string): Promise<HostileServer> {
  const host = await serveHostile(folder, [{ match: /\/$/, mode: index }]);
  closing.push(() => host.close());
  return host;
}

/** A folder's page, as static hosts give it. */
function index(asked: Asked): void {
  const file = join(asked.folder, asked.path, 'index.html');
  honest({ ...asked, path: `${asked.path}index.html`, bytes: existsSync(file) ? readFileSync(file) : undefined });
}

describe(`${ROUNDS} rounds of publish, fork, withdraw, hide, rotate, mirror and pull, with kill -9 on every side`, () => {
  it('end each time in equal bytes, with nothing lost and nothing unverified', LIMIT, async () => {
    const first = new Publisher('apple', 'www');
    const host = await serve(join(first.place.folder, 'www'));
    await loop(first, `${host.url}/`, host);
  });

  describe.each(SERVERS.filter(({ website }) => website))('on $name', (server) => {
    it.skipIf(!isInstalled(server))(`where it is installed (${server.variable} names another)`, LIMIT, async () => {
      const running: RunningServer = await startServer(server);
      closing.push(() => running.close());
      const env = { ...KEYS, AWS_ENDPOINT_URL: running.endpoint };
      await loop(new Publisher('apple', `s3://${BUCKET}`, env), running.website, undefined);
    });
  });
});
