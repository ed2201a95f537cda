/** `turnpress check <address>`: whether a page of somebody's site shows the turns that were published, as they were said. */
/** Pulls that conversation into a folder that goes again. Exit code 4 when anything contradicts, 5 when it did not come. */

import { type ArchiveReader, openArchive } from '../../archive/archive.ts';
import { plural } from '../../model/counts.ts';
import { fingerprintOf, parseVerifierKey } from '../../replica/log/log.ts';
import type { PullReport } from '../../replica/pull/pulling.ts';
import {
  comparedWords,
  comparePage,
  NOT_PROVEN,
  notComparedWords,
  ownersWords,
  type PageReport,
  withPictures,
} from '../../site/site.ts';
import { fetchFile, fetchSource, type PublishedPage, withPublishedPage } from '../checking/published-page.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../errors.ts';
import { listKnownKeys } from '../following/known-keys.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  return withPublishedPage(context, args[0] ?? '', options, async (page) => {
    const html = await fetchSource(page);
    const archive = openArchive(page.dir, { mode: 'read' });
    try {
      return await compare(context, archive, page, html);
    } finally {
      archive.close();
    }
  });
}

async function compare(context: Context, archive: ArchiveReader, page: PublishedPage, html: string): Promise<number> {
  const { report, accept, basePath } = page;
  const conversation = archive.findConversation(page.conversation);
  const { origin, logSize, keys } = report;
  const listed = listKnownKeys(context).filter(({ key }) => key.startsWith(`${origin}+`));
  const known = listed.filter(({ key }) => key === keys.at(-1));
  sayArchive(context, report, accept, known);
  const [other] = listed;
  if (other !== undefined && known.length === 0 && accept.length === 0) {
    context.printJson({ holds: false, page: page.url, origin, logSize, keys, known: listed, findings: [] });
    context.print(
      `contradicts   ${other.key} is ${other.where}; where its owner replaced it, "turnpress pull" takes the new one`,
    );
    return EXIT.damaged;
  }
  if (conversation === undefined) {
    context.printJson({ holds: false, page: page.url, origin, logSize, keys, findings: [], published: false });
    context.print(`contradicts   the archive log does not publish conversation ${page.conversation}`);
    return EXIT.damaged;
  }
  const shown = { html, basePath, path: new URL(page.url).pathname };
  const compared = await withPictures(await comparePage(archive, conversation.id, shown), (path, limit) =>
    fetchFile(page, path, limit),
  );
  const asked = page.turn === undefined || compared.shown.includes(page.turn);
  const missing = asked ? [] : [{ turn: page.turn ?? '', problem: 'it was asked for, and the page does not show it' }];
  const findings = [...compared.findings, ...missing];
  const holds = findings.length === 0;
  const { id, size } = conversation;
  const facts = { holds, page: page.url, origin, logSize, keys, known, conversation: id, size };
  context.printJson({
    ...facts,
    ...compared,
    findings,
    notCompared: notComparedWords(compared),
    notProven: NOT_PROVEN,
  });
  context.print(`conversation  ${id}: ${plural(size, 'record')}, hash by hash under the root of its published state`);
  sayPage(context, compared);
  for (const { turn, problem } of findings)
    context.print(`contradicts   ${turn === '' ? '' : `t-${turn}: `}${problem}`);
  const owners = ownersWords(compared);
  if (owners !== '') context.print(`not proven    ${owners}`);
  context.print(`not compared  ${notComparedWords(compared)}`);
  context.print(`not proven    ${NOT_PROVEN}`);
  return holds ? EXIT.done : EXIT.damaged;
}

function sayArchive(
  context: Context,
  { origin, logSize, keys }: PullReport,
  accept: readonly string[],
  known: readonly { readonly where: string; readonly since: string }[],
): void {
  context.print(`archive       ${origin}: ${plural(logSize, 'record')} in its log`);
  const key = keys.at(-1);
  if (key === undefined) {
    context.print('signature     none: only the host says whose it is');
    return;
  }
  const trust = accept.includes(key)
    ? 'the one that was named'
    : known.map(({ where, since }) => `${where}, since ${since.slice(0, 10)}`).join('; ') ||
      'nothing here knows this key: compare its fingerprint with its owner';
  context.print(`signature     by ${key}: ${trust}`);
  context.print(`              fingerprint ${fingerprintOf(parseVerifierKey(key)).words}`);
}

function sayPage(context: Context, report: PageReport): void {
  const { turns, same, sameText, renderer, ourRenderer, fromFirst, toLast } = report;
  if (turns === 0) context.print('page          no turn of its own');
  else {
    context.print(`page          ${plural(turns, 'turn')}, ${same} letter for letter as rendered again here`);
    for (const words of comparedWords(report)) context.print(`              ${words}`);
    if (renderer !== ourRenderer) {
      const theirs = renderer === '' ? 'a version that it does not name' : `version ${renderer}`;
      context.print(
        `WORDS ONLY    rendered by ${theirs}, and here by version ${ourRenderer}: of ${plural(sameText, 'turn')} only the`,
      );
      context.print(
        '              words and addresses were compared, not what may hide them or make them look otherwise',
      );
    }
    const ends = [...(fromFirst ? ['the first'] : []), ...(toLast ? ['the last of a branch'] : [])];
    context.print(`              it has ${ends.join(' and ') || 'neither the first nor the last'} turn`);
  }
}
