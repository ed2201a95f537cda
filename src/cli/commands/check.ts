/** `turnpress check <address>`: whether a page of somebody's site shows the turns that were published, as they were said. */
/** Pulls that conversation into a folder that goes again. Exit code 4 when anything contradicts, 5 when it did not come. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArchiveReader, openArchive } from '../../archive/archive.ts';
import { decodeUtf8 } from '../../base/bytes.ts';
import { parseJson } from '../../base/json.ts';
import { plural } from '../../model/counts.ts';
import { fingerprintOf, parseVerifierKey } from '../../replica/log/log.ts';
import { type Fetcher, findReplica, NetworkError, type PullReport, pull } from '../../replica/pull/pulling.ts';
import { parseAnchor, resolverShardUrl } from '../../site/fixed-urls.ts';
import {
  basePathOf,
  comparedWords,
  comparePage,
  NOT_PROVEN,
  notComparedWords,
  ownersWords,
  type PageReport,
  withPictures,
} from '../../site/site.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { listKnownKeys } from '../following/known-keys.ts';
import { createFetcher, exitOf, hostsOf, keysOf } from '../following/replicas.ts';

/** A page of turns stays under 4 MB. */
const PAGE_LIMIT = 15 * 1024 * 1024;

/** A page of turns: of the conversation or of a branch, the first or a later one. */
const PAGE = /\/c\/([0-9a-f]{16})\/(?:b\/[^/]+\/)?(?:p[0-9]+\/)?(?:index\.html)?$/;

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const typed = addressOf(args[0] ?? '');
  const fetcher = createFetcher(hostsOf(options.allowHost), [typed.href]);
  const dir = mkdtempSync(join(tmpdir(), 'turnpress-check-'));
  try {
    const { base } = await findReplica(withoutHash(typed), fetcher);
    const page = await fetchPage(fetcher, typed, base);
    const { log, progress, world } = context;
    const accept = keysOf(options.key);
    const given = { dir, address: base, accept, fetcher, log, progress, nowMs: world.now };
    const report = await pull({ ...given, only: page.conversation });
    if (report.failed > 0) {
      for (const { message } of context.problems) context.log.info(message);
      return exitOf(context, report);
    }
    const archive = openArchive(dir, { mode: 'read' });
    try {
      return await compare(context, { archive, report, page, accept, fetcher });
    } finally {
      archive.close();
    }
  } finally {
    fetcher.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Page {
  readonly url: string;
  readonly html: string;
  /** Of the site. */
  readonly basePath: string;
  /** First 16 digits of its id, by its address. */
  readonly conversation: string;
  /** The turn that was asked for, first 16 digits. */
  readonly turn: string | undefined;
}

interface Given {
  readonly archive: ArchiveReader;
  readonly report: PullReport;
  readonly page: Page;
  /** Keys that were named. */
  readonly accept: readonly string[];
  readonly fetcher: Fetcher;
}

async function compare(context: Context, { archive, report, page, accept, fetcher }: Given): Promise<number> {
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
  const compared = await withPictures(
    await comparePage(archive, conversation.id, { ...page, path: new URL(page.url).pathname }),
    (url, limit) => fetchPicture(fetcher, new URL(url, page.url), limit),
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

/** The page of a conversation, also by way of the page that finds turns. Throws UsageError, NetworkError. */
async function fetchPage(fetcher: Fetcher, typed: URL, base: string): Promise<Page> {
  const hash = /^#([0-9a-f]{16,64})$/.exec(typed.hash)?.[1]?.slice(0, 16);
  if (hash !== undefined) {
    const shard = new URL(`..${resolverShardUrl(hash.slice(0, 2))}`, base).href;
    const places = parseJson(decodeUtf8(await fetchBody(fetcher, shard)));
    const found = Object.entries(places ?? {}).find(([digits]) => hash.startsWith(digits))?.[1];
    if (typeof found !== 'string' || !/^\/c\//.test(found))
      throw new UsageError(`${typed.href}: the site knows no turn ${hash}`);
    const url = new URL(`..${found}`, base);
    if (url.origin !== typed.origin) throw new UsageError(`${typed.href}: it leads to another host, ${url.host}`);
    return takePage(fetcher, base, url, hash);
  }
  return takePage(fetcher, base, typed, parseAnchor(typed.hash));
}

async function takePage(fetcher: Fetcher, base: string, at: URL, turn: string | undefined): Promise<Page> {
  const conversation = PAGE.exec(at.pathname)?.[1];
  if (conversation === undefined)
    throw new UsageError(`${at.href} is no page of a conversation (…/c/<16 digits>/…), and no turn (…/t/#<hash>)`);
  const url = withoutHash(at);
  const basePath = basePathOf(new URL('..', base).href);
  return { url, html: decodeUtf8(await fetchBody(fetcher, url)), basePath, conversation, turn };
}

async function fetchBody(fetcher: Fetcher, url: string): Promise<Uint8Array> {
  const answer = await fetcher.fetch(url, { limit: PAGE_LIMIT, compressed: true });
  if (answer.status === 200) return answer.body;
  throw new NetworkError(new URL(url).host, 'status', `it answers ${answer.status} for ${url}`);
}

async function fetchPicture(fetcher: Fetcher, url: URL, limit: number): Promise<Uint8Array | undefined> {
  const answer = await fetcher.fetch(url.href, { limit });
  if (answer.status === 200) return answer.body;
  if (answer.status === 404 || answer.status === 410) return undefined;
  throw new NetworkError(url.host, 'status', `it answers ${answer.status} for ${url.href}`);
}

function withoutHash(url: URL): string {
  return url.href.replace(/#.*$/, '');
}

function addressOf(typed: string): URL {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!URL.canParse(address)) throw new UsageError(`"${typed}" is no address`);
  return new URL(address);
}
