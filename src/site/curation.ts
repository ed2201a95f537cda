/** Reads the owner's notes and pages for a build, and finds the conversations that notes are about. */
/** The library that reads their heads is loaded only where there is a head. */

import type { ArchiveReader } from '../archive/archive.ts';
import type { Log } from '../base/log.ts';
import type { ConversationId } from '../model/ids.ts';
import type { SiteInputs } from './shell/inputs.ts';
import type { AuthoredPage, BlogEntry, Note } from './shell/notes.ts';
import { keyOf } from './state/keys.ts';

export interface Curation {
  /** Hash of all notes. */
  readonly key: string;
  readonly notes: ReadonlyMap<ConversationId, Note>;
  /** Newest first. */
  readonly entries: readonly BlogEntry[];
  /** By file name without `.md`. */
  readonly pages: ReadonlyMap<string, AuthoredPage>;
}

/** The owner wrote it and waits for it: it is said at once, and counted. */
export function tellLeftOut(log: Log, what: 'note' | 'page', name: string, message: string): void {
  const file = `${what}s/${name}.md`;
  log.info(`${file} is left out: ${message}`);
  log.problem({ code: `BAD_${what.toUpperCase()}`, file, message: `${message}; the ${what} is left out` });
}

/** What is wrong with one of them is a problem in the log. */
export async function readCuration(
  archive: ArchiveReader,
  inputs: Pick<SiteInputs, 'notes' | 'pages'>,
  log: Log,
): Promise<Curation> {
  const pages = await readPages(inputs.pages, log);
  const sources = inputs.notes;
  const notes = new Map<ConversationId, Note>();
  const entries: BlogEntry[] = [];
  const key = keyOf([...sources]);
  if (sources.size === 0) return { key, notes, entries, pages };
  const [{ splitFrontMatter }, { readNote }] = await loadReaders();
  for (const [name, source] of sources) {
    const tell = (message: string): void => tellLeftOut(log, 'note', name, message);
    const split = splitFrontMatter(source);
    const read = 'problem' in split ? split : readNote(name, split);
    if ('problem' in read) tell(await placed(source, read.problem));
    else if ('entry' in read) entries.push(read.entry);
    else {
      const conversation = archive.findConversation(name);
      if (conversation === undefined) tell('no conversation has an id that begins so');
      else notes.set(conversation.id, read.note);
    }
  }
  entries.sort((a, b) => b.timeMs - a.timeMs || (a.name < b.name ? -1 : 1));
  return { key, notes, entries, pages };
}

const HEAD = /^\ufeff?---/;

/** A page without a head is all text. */
async function readPages(sources: ReadonlyMap<string, string>, log: Log): Promise<ReadonlyMap<string, AuthoredPage>> {
  const pages = new Map<string, AuthoredPage>();
  for (const [name, source] of sources) {
    if (!HEAD.test(source)) {
      pages.set(name, { title: '', description: '', hidden: false, text: source });
      continue;
    }
    const [{ splitFrontMatter }, { readPage }] = await loadReaders();
    const split = splitFrontMatter(source);
    const read = 'problem' in split ? split : readPage(split);
    if ('page' in read) pages.set(name, read.page);
    else tellLeftOut(log, 'page', name, await placed(source, read.problem));
  }
  return pages;
}

/** With the line that holds the member which it begins with. */
async function placed(source: string, problem: string): Promise<string> {
  const [{ findLine }] = await loadReaders();
  const line = findLine(source, /^"(\w+)"/.exec(problem)?.[1] ?? '');
  return line === undefined ? problem : `line ${line}: ${problem}`;
}

function loadReaders() {
  return Promise.all([import('./shell/front-matter.ts'), import('./shell/notes.ts')]);
}
