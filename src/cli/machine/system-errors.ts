/** What the operating system refused, as a sentence. */
/** Its own words name a call and a code, which help nobody who only typed a path. */

import { cleanText } from '../terminal.ts';

/** The sentence; for a code that is not in the table, what the system said. */
export function describeSystemError({ code, syscall, path, message }: NodeJS.ErrnoException): string {
  const say = SENTENCES[`${syscall} ${code}`] ?? SENTENCES[code ?? ''];
  return say === undefined ? message : say(path === undefined ? 'a file' : cleanText(String(path)));
}

const SENTENCES: Readonly<Record<string, (path: string) => string>> = {
  'mkdir ENOENT': (path) => `no folder can be made at ${path}; name another place`,
  'uv_cwd ENOENT': () => 'the folder that this was started in is gone; go to another one',
  ENOENT: (path) => `there is no ${path}`,
  EACCES: (path) => `${path} may not be read or written by you; its owner can change that, or name another place`,
  EPERM: (path) => `${path} may not be changed by you; its owner can change that, or name another place`,
  EEXIST: (path) =>
    `${path} is there already and is something else than what belongs there; move it away or name another place`,
  ENOTDIR: (path) => `${path} cannot be there: a part of that path is a file and no folder`,
  EISDIR: (path) => `${path} is a folder, and a file belongs there`,
  ENOTEMPTY: (path) => `${path} is not empty`,
  ENOSPC: (path) =>
    `the disk is full: ${path} could not be written; nothing that was stored is lost, and the next run goes on`,
  EDQUOT: (path) => `your share of the disk is full: ${path} could not be written; nothing that was stored is lost`,
  EROFS: (path) => `${path} is on a disk that can only be read`,
  EIO: (path) => `the disk failed at ${path}; what was stored can be checked with "turnpress verify"`,
  EMFILE: () => 'too many files are open; close other programs or raise the limit ("ulimit -n")',
  ENFILE: () => 'too many files are open on this machine; close other programs',
  ELOOP: (path) => `${path} is a link, or leads through links in a circle; it is not followed`,
  ENAMETOOLONG: (path) => `this name is too long for the disk: ${path.slice(0, 80)}…`,
  EBUSY: (path) => `${path} is in use by another program`,
  ETXTBSY: (path) => `${path} is in use by another program`,
};
