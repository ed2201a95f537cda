/** Reads the owner's notes for a build, and finds the conversations that they are about. */
/** The library that reads their heads is loaded only where there are notes. */

import type { ArchiveReader } from '../archive/archive.ts';
import type { Log } from '../base/log.ts';
import type { ConversationId } from '../model/ids.ts';
import type { BlogEntry, Note } from './shell/notes.ts';
import { keyOf } from './state/keys.ts';

export interface Curation {
  /** Hash of all notes. */
  readonly key: string;
  readonly notes: ReadonlyMap<ConversationId, Note>;
  /** Newest first. */
  readonly entries: readonly BlogEntry[];
}

/** The owner wrote it and waits for it: it is said at once, and counted. */
export function tellOfNote(log: Log, name: string, message: string): void {
  const file = `notes/${name}.md`;
  log.info(`${file} is left out: ${message}`);
  log.problem({ code: 'BAD_NOTE', file, message: `${message}; the note is left out` });
}

/** `sources`: file name without `.md` → source. What is wrong with one is a problem in the log. */
export async function readCuration(
  archive: ArchiveReader,
  sources: ReadonlyMap<string, string>,
  log: Log,
): Promise<Curation> {
  const notes = new Map<ConversationId, Note>();
  const entries: BlogEntry[] = [];
  const key = keyOf([...sources]);
  if (sources.size === 0) return { key, notes, entries };
  const [{ findLine, splitFrontMatter }, { readNote }] = await Promise.all([
    import('./shell/front-matter.ts'),
    import('./shell/notes.ts'),
  ]);
  for (const [name, source] of sources) {
    const tell = (message: string): void => tellOfNote(log, name, message);
    const split = splitFrontMatter(source);
    const read = 'problem' in split ? split : readNote(name, split);
    if ('problem' in read) {
      const line = findLine(source, /^"(\w+)"/.exec(read.problem)?.[1] ?? '');
      tell(line === undefined ? read.problem : `line ${line}: ${read.problem}`);
    } else if ('entry' in read) entries.push(read.entry);
    else {
      const conversation = archive.findConversation(name);
      if (conversation === undefined) tell('no conversation has an id that begins so');
      else notes.set(conversation.id, read.note);
    }
  }
  entries.sort((a, b) => b.timeMs - a.timeMs || (a.name < b.name ? -1 : 1));
  return { key, notes, entries };
}
