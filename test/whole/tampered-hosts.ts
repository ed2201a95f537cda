/** Ways in which a host gives something else than what was published, one row each, and what everybody says of it. */
/** `turnpress check`, `turnpress proof` and a page's own check are held against this table, so they cannot disagree. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { honest, html200, type Mode, type Rule, status } from '../replica/hostile-server.ts';

export interface TamperedHost {
  readonly name: string;
  readonly rule: Rule;
  /** `contradicts`: it is said what does not fit; `unknown`: nothing is said of the page. */
  readonly verdict: 'holds' | 'contradicts' | 'unknown';
}

/** `page`: of the conversation that is asked for; `early`: an old state of the replica, without it. */
export function listTamperedHosts(page: string, other: string, early: string): readonly TamperedHost[] {
  const [own, others] = [page, other].map((path) => path.split('/')[2] ?? '-');
  const inOwn = (path: string) => new RegExp(`conversations/${own}[0-9a-f]*/${path}`);
  /** The same file of another conversation. */
  const swapped: Mode = (asked) => {
    const folder = /conversations\/([0-9a-f]{64})/.exec(asked.path)?.[1] ?? '';
    const there = siblings(asked.folder).find((name) => name.startsWith(others ?? '-')) ?? '';
    honest({ ...asked, bytes: readOr(join(asked.folder, asked.path.replace(folder, there))) });
  };
  const old: Mode = (asked) => honest({ ...asked, bytes: readOr(join(early, asked.path)) });
  const text = (change: (text: string) => string): Mode =>
    changedBytes((bytes) => Buffer.from(change(bytes.toString('latin1')), 'latin1'));
  const rows: readonly (readonly [string, RegExp, Mode, TamperedHost['verdict']])[] = [
    ['nothing is changed', /^\/archive\/archive\.json$/, honest, 'holds'],
    ['a bit of the log’s checkpoint', /log\/checkpoint$/, flipped, 'contradicts'],
    ['a bit of the log', /log\/tile\/entries/, flipped, 'contradicts'],
    ['a bit of the conversation’s records', inOwn('tile/entries'), flipped, 'contradicts'],
    ['a bit of what was said', inOwn('tile/payload'), flipped, 'contradicts'],
    ['a bit of the conversation’s checkpoint', inOwn('checkpoint'), flipped, 'contradicts'],
    ['records of another conversation', inOwn('tile/entries'), swapped, 'contradicts'],
    ['what another conversation said', inOwn('tile/payload'), swapped, 'contradicts'],
    ['the checkpoint of another conversation', inOwn('checkpoint'), swapped, 'contradicts'],
    [
      'another origin in archive.json',
      /^\/archive\/archive\.json$/,
      text((said) => said.replace('orchard', 'orcherd')),
      'contradicts',
    ],
    [
      'another key in archive.json',
      /^\/archive\/archive\.json$/,
      text((said) => said.replace(/\+[0-9a-f]{8}\+/, '+00000000+')),
      'contradicts',
    ],
    [
      'the log without its signature',
      /log\/checkpoint$/,
      text((said) => said.replace(/\n\u00e2\u0080\u0094 [^\n]*\n/g, '\n')),
      'contradicts',
    ],
    ['the state before it was published', /^\/archive\//, old, 'contradicts'],
    ['a page for archive.json', /^\/archive\/archive\.json$/, html200, 'unknown'],
    ['no log today', /log\/checkpoint$/, status(503), 'unknown'],
    ['nothing of what was said', inOwn('tile/payload'), status(404), 'unknown'],
    ['nothing of the conversation', inOwn(''), status(404), 'unknown'],
  ];
  return rows.map(([name, match, mode, verdict]) => ({ name, rule: { match, mode }, verdict }));
}

const flipped: Mode = (asked) =>
  changedBytes((bytes) => {
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    return bytes;
  })(asked);

function changedBytes(change: (bytes: Buffer) => Buffer): Mode {
  return (asked) => honest({ ...asked, bytes: asked.bytes && change(asked.bytes) });
}

function siblings(folder: string): readonly string[] {
  return readdirSync(join(folder, 'archive/conversations'));
}

function readOr(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}
