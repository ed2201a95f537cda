/** Files that can be made anew stop nobody: whatever stands in their place, every command ends as it would without. */
/** Each damage to each file, then the commands that read it; what was damaged is said, set aside and made anew. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPlace, type Place, type Ran } from '../whole/command-line.ts';
import { claudeSession } from '../whole/sessions.ts';

let place: Place;
/** The archive that no test damages, and what each command says of it. */
let whole: string;
const expected: Ran[] = [];

beforeAll(async () => {
  place = openPlace();
  for (const name of ['one', 'two', 'three']) {
    const session = claudeSession(name);
    session.prompt(`where does the ${name} lock live`);
    session.answer(`In the ${name} cupboard, as ever`);
    place.write(`home/.claude/projects/-srv-code-orchard/${session.id}.jsonl`, session.text());
  }
  place.configure({ publish: [{ agent: 'claude-code', visibility: 'public' }] });
  for (const command of COMMANDS) expect((await place.inside(...command)).code).toBe(0);
  for (const command of COMMANDS) expected.push(await place.inside(...command));
  whole = join(place.folder, 'whole');
  renameSync(place.archive, whole);
});
beforeEach(() => copyFolder(whole, place.archive));
afterEach(() => rmSync(place.archive, { recursive: true }));
afterAll(() => place.close());

const COMMANDS: readonly (readonly string[])[] = [
  [],
  ['publish', '--yes'],
  ['build', '--public'],
  ['search', 'lock'],
  ['verify', '--sample', '50'],
  ['verify'],
  ['log'],
];

/** Every database that is derived. */
const FILES: readonly RegExp[] = [
  /^private\/index\.db$/,
  /^private\/search\.db$/,
  /^private\/log\.db$/,
  /^private\/cache\/site-[0-9a-f]+\.db$/,
  /^private\/cache\/publish-gate\.db$/,
  /^private\/cache\/verified\.db$/,
];

const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  'is garbage': (path) => writeFileSync(path, 'garbage, and no database '.repeat(1000)),
  'was cut off': (path) => writeFileSync(path, readFileSync(path).subarray(0, 5000)),
  'is empty': (path) => writeFileSync(path, ''),
  'is a folder': (path) => {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(join(path, 'inside'), { recursive: true });
  },
  'is a link': (path) => {
    writeFileSync(join(place.folder, 'victim'), 'not to be touched');
    rmSync(path, { force: true });
    symlinkSync(join(place.folder, 'victim'), path);
  },
  'has a journal that is a link': (path) => {
    writeFileSync(join(place.folder, 'victim'), 'not to be touched');
    rmSync(`${path}-journal`, { force: true });
    symlinkSync(join(place.folder, 'victim'), `${path}-journal`);
  },
  'is another database': (path) => {
    const other = listFiles().find((file) =>
      file.endsWith(path.endsWith('publish-gate.db') ? 'index.db' : 'publish-gate.db'),
    );
    if (other !== undefined) writeFileSync(path, readFileSync(other));
  },
};

describe('a derived database', () => {
  for (const [damage, harm] of Object.entries(DAMAGES)) {
    it(`that ${damage} stops no command`, async () => {
      for (const [i, command] of COMMANDS.entries()) {
        for (const path of listFiles()) harm(path);
        const ran = await place.inside(...command);
        const where = `${damage}, command ${i}`;
        expect(ran.code, `${where}: ${ran.err}`).toBe(0);
        expect(ran.err).not.toMatch(/mistake|\n\s+at /);
        if (command[0] === 'log' || command[0] === 'search' || command[0] === 'verify')
          expect(ran.out).toBe(expected[i]?.out);
        const victim = join(place.folder, 'victim');
        if (existsSync(victim)) expect(readFileSync(victim, 'utf8')).toBe('not to be touched');
      }
    });
  }

  it('with a bad page anywhere stops no command, and is set aside when the page is read', async () => {
    const files = FILES.map((name) => listBelow(whole).find((file) => name.test(file))).filter(
      (file) => file !== undefined,
    );
    for (const file of files) {
      const pages = readFileSync(join(whole, file)).length / 4096;
      for (let page = 0; page < pages; page += Math.ceil(pages / 5)) {
        rmSync(place.archive, { recursive: true, force: true });
        copyFolder(whole, place.archive);
        for (const command of COMMANDS) {
          const path = join(place.archive, file);
          if (existsSync(path)) garble(path, page);
          const { code, err } = await place.inside(...command);
          expect(code, `${file} page ${page} ${command.join(' ')}: ${err}`).toBe(0);
          expect(err).not.toMatch(/mistake|\n\s+at /);
        }
      }
    }
  });
});

function listFiles(): string[] {
  return listBelow(place.archive).flatMap((file) =>
    FILES.some((name) => name.test(file)) ? [join(place.archive, file)] : [],
  );
}

function listBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

function garble(path: string, page: number): void {
  const bytes = readFileSync(path);
  for (let i = page * 4096; i < Math.min(bytes.length, (page + 1) * 4096); i++) bytes[i] = (i * 7919) & 0xff;
  writeFileSync(path, bytes);
}

function copyFolder(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const target = join(to, path.slice(from.length));
    if (entry.isDirectory()) mkdirSync(target, { recursive: true });
    else if (entry.isFile()) {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, readFileSync(path));
    }
  }
}
