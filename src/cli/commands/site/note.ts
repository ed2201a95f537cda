/** `turnpress note <id>`: opens what the owner writes about a conversation, a turn, or in the link blog, ready to fill in. */
/** What stands in a note already is never changed; a turn that is named gets its heading at the end. */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ArchiveReader } from '../../../archive/archive.ts';
import { makeNamedFolder } from '../../../base/disk.ts';
import { isoDate } from '../../../base/time.ts';
import { tellingTitle } from '../../../model/facts/title.ts';
import { isHashPrefix, shortId, type TurnHash } from '../../../model/ids.ts';
import { noSuch, openToRead } from '../../archive.ts';
import type { CommandOptions } from '../../command.ts';
import type { Context } from '../../context.ts';
import { EXIT, UsageError } from '../../errors.ts';
import { oneLine } from '../../terminal.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const typed = (args[0] ?? '').toLowerCase().replace(/^#?t-/, '');
  const archive = openToRead(context);
  let file: string;
  try {
    const { conversation, turn, title } = findAbout(archive, typed);
    file =
      typeof options.blog === 'string'
        ? writeEntry(context, options.blog, { title, about: turn ?? conversation, isTurn: turn !== undefined })
        : writeNote(context, conversation, turn, title);
  } finally {
    archive.close();
  }
  context.printJson({ file });
  const editor = context.world.env.VISUAL ?? context.world.env.EDITOR ?? '';
  if (context.json || editor.trim() === '' || context.world.stdout.isTTY !== true) {
    context.print(context.shown(file));
    return EXIT.done;
  }
  await open(editor, file);
  context.log.info(`${context.shown(file)}: the next "turnpress build" shows it`);
  return EXIT.done;
}

/** `turn` undefined: the digits name a conversation. */
function findAbout(archive: ArchiveReader, typed: string) {
  const found = isHashPrefix(typed) ? archive.findConversation(typed) : undefined;
  const turn = found === undefined && isHashPrefix(typed) ? archive.findTurn(typed) : undefined;
  const conversation = found ?? (turn === undefined ? undefined : archive.findConversation(turn.conversation));
  if (conversation === undefined) throw noSuch('turn or conversation', typed);
  const title = oneLine(tellingTitle(conversation), 120);
  return { conversation: conversation.id, turn: turn?.hash, title };
}

function writeNote(context: Context, conversation: string, turn: TurnHash | undefined, title: string): string {
  const file = join(context.contentDir, 'notes', `${conversation.slice(0, 16)}.md`);
  const known = existsSync(file);
  const text = known
    ? readFileSync(file, 'utf8')
    : `---
# ${title}
title: ""
summary: ""
tags: []
pinned: false
hidden: false
chapters: []
---

`;
  const anchor = turn === undefined ? '' : `t-${shortId(turn)}`;
  const named = anchor === '' || text.includes(anchor);
  if (!known || !named) save(file, named ? text : `${text.trimEnd()}\n\n## ${anchor}\n\n`);
  return file;
}

interface About {
  readonly title: string;
  readonly about: string;
  readonly isTurn: boolean;
}

function writeEntry(context: Context, name: string, { title, about, isTurn }: About): string {
  if (!/^[a-z0-9][a-z0-9-]{0,80}$/.test(name) || isHashPrefix(name))
    throw new UsageError(`--blog takes a name of small letters, digits and hyphens that is no hash, not "${name}"`);
  const file = join(context.contentDir, 'notes', `${name}.md`);
  if (!existsSync(file))
    save(
      file,
      `---
title: ${JSON.stringify(title)}
date: "${isoDate(context.world.now())}"
${isTurn ? 'turn' : 'conversation'}: "${about}"
tags: []
summary: ""
---

`,
    );
  return file;
}

function save(file: string, text: string): void {
  makeNamedFolder(dirname(file));
  writeFileSync(file, text);
}

/** Resolves when it was closed. The editor may be a command with arguments; no shell reads it. */
function open(editor: string, file: string): Promise<void> {
  const [command = '', ...words] = editor.trim().split(/\s+/);
  return new Promise((resolve, reject) => {
    spawn(command, [...words, file], { stdio: 'inherit' })
      .on('error', (cause) => reject(new UsageError(`the editor "${command}" cannot be started: ${cause.message}`)))
      .on('exit', () => resolve());
  });
}
