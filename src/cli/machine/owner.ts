/** What this machine remembers of its owner's folders, outside of all of them: which archives it made, which templates may run. */
/** In the user's own state folder, where nothing that comes with an archive can write. */

import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { blake3Hex } from '../../base/blake3.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import { errorCode } from '../../base/disk.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../context.ts';
import { isSystemError, UsageError } from '../errors.ts';

const ID = /^[0-9a-f]{32}$/;

/** Whether `private/` of an archive was made on this machine; `absent`: there is none yet, or nothing in it. */
export function ownerOf(world: World, privateDir: string): 'absent' | 'ours' | 'foreign' {
  const stat = lstatSync(privateDir, { throwIfNoEntry: false });
  if (stat === undefined) return 'absent';
  const id = stat.isDirectory() ? findId(privateDir) : undefined;
  return id !== undefined && existsSync(join(stateFolder(world), 'archives', id)) ? 'ours' : 'foreign';
}

/** From now on it is ours. Throws UsageError when that cannot be remembered. */
export function claimPrivate(world: World, privateDir: string): void {
  const id = findId(privateDir) ?? randomBytes(16).toString('hex');
  remember(world, 'archives', id, privateDir);
  if (findId(privateDir) === undefined) writeFileSync(join(privateDir, 'id'), `${id}\n`, { mode: 0o600, flag: 'wx' });
}

/** Whether this machine made a `private/` of that name, whatever stands there now. */
export function hadPrivate(world: World, privateDir: string): boolean {
  const folder = join(stateFolder(world), 'archives');
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { withFileTypes: true }).some(
    (each) =>
      each.isFile() && ID.test(each.name) && readFileSync(join(folder, each.name), 'utf8') === `${privateDir}\n`,
  );
}

/** What this archive folder is called where others can see it. Undefined: it was never claimed. */
export function findPublicId(privateDir: string): string | undefined {
  const id = findId(privateDir);
  return id === undefined ? undefined : blake3Hex(encodeUtf8(`seen by others ${id}`)).slice(0, 16);
}

/** Whether the templates of a folder may run, by its real place. */
export function mayRun(world: World, templatesDir: string): boolean {
  return existsSync(join(stateFolder(world), 'templates', placeOf(templatesDir)));
}

export function letRun(world: World, templatesDir: string): void {
  remember(world, 'templates', placeOf(templatesDir), templatesDir);
}

/** Undefined: there is none that can be one of ours. Another user's may not be read. */
function findId(privateDir: string): string | undefined {
  const file = join(privateDir, 'id');
  try {
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
    const id = readFileSync(file, 'utf8').slice(0, 64).trim();
    return ID.test(id) ? id : undefined;
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(errorCode(error))) return undefined;
    throw error;
  }
}

function placeOf(folder: string): string {
  return blake3Hex(encodeUtf8(realpathSync(folder))).slice(0, 32);
}

function remember(world: World, kind: string, name: string, what: string): void {
  const folder = join(stateFolder(world), kind);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name), `${what}\n`, { mode: 0o600 });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(
      `what this machine knows of its archives cannot be kept in ${folder} (${messageOf(error)}); XDG_STATE_HOME names another place`,
    );
  }
}

/** Where programs keep what they remember: XDG Base Directory 0.8, and what macOS and Windows have in its place. */
export function stateFolder({ env, home }: Pick<World, 'env' | 'home'>): string {
  const named = env.XDG_STATE_HOME;
  if (named !== undefined && isAbsolute(named)) return join(named, 'turnpress');
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'turnpress');
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'turnpress');
  return join(home, '.local', 'state', 'turnpress');
}
