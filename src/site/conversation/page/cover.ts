/** The cover of a conversation: what came of it, what it changed, how long it took and what it cost. */
/** Somebody who follows a link reads this first: in ten seconds it has to say what this is. */

import { html, joinHtml, type SafeHtml, text } from '../../../base/html.ts';
import { costOf, type Price } from '../../../model/facts/prices.ts';
import type { TurnHash } from '../../../model/ids.ts';
import { formatCount, plural } from '../../render/names.ts';
import { FOREIGN_REL, findLinkTarget } from '../../render/text/links.ts';
import { plainTitle } from '../../render/text/plain-title.ts';
import { roundCount, spanOf } from '../../render/text/spans.ts';
import { callWords } from '../../render/tools/call-words.ts';
import { nameStart } from '../../render/tools/short-paths.ts';
import type { LinkModel } from '../../shell/page-model.ts';
import type { Tokens, ToldExchange, Work } from '../../state/pages/told.ts';
import { turnAnchor } from '../../urls.ts';
import { sumWork } from '../work/exchange-work.ts';
import { type BranchLine, renderBranchTree } from './branch-tree.ts';
import { commitUrl } from './remote.ts';
import { firstSentence } from './work-words.ts';

export interface Cover {
  /** Of all branches; those of the main branch first. */
  readonly told: readonly ToldExchange[];
  /** Of the main branch. */
  readonly main: readonly ToldExchange[];
  readonly wallMs: number;
  readonly models: readonly string[];
  /** Where its commits can be seen: the remote as git knows it. */
  readonly remote: string | undefined;
  /** The page that a turn stands on. Absent: nothing is linked there. */
  readonly findPage?: (turn: TurnHash) => string | undefined;
  /** By path: where all that was done to a file stands. */
  readonly fileUrls: ReadonlyMap<string, string>;
  /** Pull requests and the like that the agent noted. */
  readonly links: readonly string[];
  readonly prices: readonly Price[];
  readonly currency: string;
  /** More than one: they are drawn. */
  readonly branches: readonly BranchLine[];
  readonly branchCount: number;
  /** Those that are not drawn. */
  readonly moreBranches: readonly LinkModel[];
  readonly children: readonly LinkModel[];
  /** Plain text; what a terminal would be told to go on with it. */
  readonly sessions: readonly string[];
  readonly resume: string | undefined;
}

/** Files and sub-agents that are named at once; the others fold. */
const MOST_SHOWN = 8;
const MOST_LISTED = 200;

export function renderCover(cover: Cover): SafeHtml {
  const work = sumWork(cover.told);
  const closing = cover.main.findLast((one) => one.closing !== '')?.closing ?? '';
  const outcome = firstSentence(plainTitle(closing, 300));
  const parts = [renderFiles(work, cover), renderCommits(work, cover), renderChildren(cover), renderBranches(cover)];
  return html`<div class="cover">\n${outcome === '' ? NOTHING : html`<p class="outcome">${text(outcome)}</p>\n`}${renderFigures(cover, work)}<div class="parts">\n${joinHtml(parts)}</div>\n${renderSessions(cover)}</div>\n`;
}

const NOTHING = joinHtml([]);

/** What is counted, in large figures. */
function renderFigures(cover: Cover, work: Work): SafeHtml {
  const figures: readonly (readonly [string, string, string])[] = [
    ['Worked', spanOf(work.workedMs), cover.wallMs > work.workedMs * 1.2 ? `in ${spanOf(cover.wallMs)}` : ''],
    ['Prompts', formatCount(cover.told.filter(({ number }) => number > 0).length), ''],
    ['Calls', callsOf(work), callWords(work).slice(0, 2).join(', ')],
    ['Failed', work.failed === 0 ? '' : formatCount(work.failed), work.failed === 1 ? 'call' : 'calls'],
    ['Tokens', ...tokensOf(work.tokens)],
    ['Cost', ...costWords(work.tokens, cover)],
    [cover.models.length > 1 ? 'Models' : 'Model', cover.models.map((model) => plainTitle(model, 60)).join(', '), ''],
  ];
  const shown = figures.filter(([, value]) => value !== '');
  const items = shown.map(
    ([label, value, more]) =>
      html`<div><dt>${text(label)}</dt><dd>${label === 'Failed' ? renderFailed(cover, work) : text(value)}${more === '' ? NOTHING : html` <small>${text(more)}</small>`}</dd></div>\n`,
  );
  return html`<dl class="figures">\n${items}</dl>\n`;
}

/** Leads to the first of them. */
function renderFailed({ findPage }: Cover, { failed, firstFailed }: Work): SafeHtml {
  const page = firstFailed === undefined ? undefined : findPage?.(firstFailed);
  const count = html`${text(formatCount(failed))}`;
  if (firstFailed === undefined || page === undefined) return count;
  return html`<a href="${text(`${page}#${turnAnchor(firstFailed)}`)}" title="The first of them">${count}</a>`;
}

function callsOf({ calls }: Work): string {
  const n = Object.values(calls).reduce((sum, each) => sum + each, 0);
  return n === 0 ? '' : formatCount(n);
}

function sumOf(tokens: readonly Tokens[], of: (one: Tokens) => number): number {
  return tokens.reduce((all, one) => all + of(one), 0);
}

function tokensOf(tokens: readonly Tokens[]): readonly [string, string] {
  const output = sumOf(tokens, (one) => one.output);
  const fresh = sumOf(tokens, (one) => one.fresh);
  const cached = sumOf(tokens, (one) => one.cached);
  const written = sumOf(tokens, (one) => one.written);
  if (output + fresh + cached + written === 0) return ['', ''];
  const input = [
    `${roundCount(fresh)} fresh`,
    cached === 0 ? '' : `${roundCount(cached)} from cache`,
    written === 0 ? '' : `${roundCount(written)} into cache`,
  ].filter((each) => each !== '');
  return [`${roundCount(output)} out`, `in: ${input.join(', ')}`];
}

/** Only where the price of every model is known. */
function costWords(tokens: readonly Tokens[], { prices, currency }: Cover): readonly [string, string] {
  const used = tokens.filter((one) => one.output + one.fresh + one.cached + one.written > 0);
  let sum = 0;
  for (const { model, output, ...input } of used) {
    const cost = costOf(prices, model, { ...input, out: output });
    if (cost === undefined) return ['', ''];
    sum += cost;
  }
  return used.length === 0 ? ['', ''] : [`${sum.toFixed(2)} ${currency}`, 'at the prices of this site'];
}

function renderFiles({ files }: Work, { fileUrls }: Cover): SafeHtml {
  if (files.length === 0) return NOTHING;
  const sorted = files.toSorted(
    (a, b) => b.added + b.removed - (a.added + a.removed) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
  const items = sorted
    .slice(0, MOST_LISTED)
    .map(
      ({ path, added, removed }) =>
        html`<li>${renderPath(plainTitle(path, 200), fileUrls.get(path.replaceAll('\\', '/')))} <span class="count">${renderCount(added, removed)}</span></li>\n`,
    );
  const all = { added: 0, removed: 0 };
  for (const { added, removed } of files) {
    all.added += added;
    all.removed += removed;
  }
  const heading = html`${text(plural(files.length, 'file'))} changed ${renderCount(all.added, all.removed)}`;
  return part('files', heading, foldRest(items, 'files'));
}

/** Where there is little room, the folders give way to the name of the file. */
function renderPath(path: string, url: string | undefined): SafeHtml {
  const name = nameStart(path);
  const folders = name === 0 ? NOTHING : html`<span class="dir">${text(path.slice(0, name))}</span>`;
  const code = html`<code>${folders}<span class="name">${text(path.slice(name))}</span></code>`;
  return url === undefined ? code : html`<a href="${text(url)}">${code}</a>`;
}

function renderCount(added: number, removed: number): SafeHtml {
  const plus = added === 0 ? NOTHING : html`<span class="plus">+${text(formatCount(added))}</span>`;
  const minus = removed === 0 ? NOTHING : html` <span class="minus">\u2212${text(formatCount(removed))}</span>`;
  return html`${plus}${minus}`;
}

function renderCommits({ commits, requests }: Work, { remote, links }: Cover): SafeHtml {
  const addresses = [...new Set([...requests, ...links])].flatMap((address) => findLinkTarget(address) ?? []);
  if (commits.length + addresses.length === 0) return NOTHING;
  const made = commits.map(({ hash, subject }) => {
    const url = commitUrl(remote, hash);
    const name = html`<code>${text(hash.slice(0, 7))}</code>`;
    return html`<li>${url === undefined ? name : link(url, name)} ${text(plainTitle(subject, 160))}</li>\n`;
  });
  const asked = addresses
    .slice(0, MOST_LISTED)
    .map((url) => html`<li>${link(url, html`${text(requestName(url))}`)}</li>\n`);
  const heading = [
    commits.length === 0 ? '' : plural(commits.length, 'commit'),
    requests.length === 0 ? '' : plural(requests.length, 'pull request'),
  ].filter((each) => each !== '');
  return part('commits', html`${text(heading.join(', ') || 'Links')}`, foldRest([...asked, ...made], 'commits'));
}

/** `owner/name#12` for what is a request; the address without its scheme for anything else. */
function requestName(address: string): string {
  const [, place = '', number = ''] =
    /^https:\/\/[^/]+\/(.+?)(?:\/-)?\/(?:pull|merge_requests|issues)\/(\d+)/.exec(address) ?? [];
  return place === '' ? plainTitle(address.replace(/^https?:\/\//, ''), 80) : plainTitle(`${place}#${number}`, 80);
}

function link(url: string, label: SafeHtml): SafeHtml {
  return html`<a href="${text(url)}" rel="${text(FOREIGN_REL)}">${label}</a>`;
}

function renderBranches({ branches, branchCount, moreBranches }: Cover): SafeHtml {
  if (branches.length < 2) return NOTHING;
  const more = moreBranches.map(({ label, url }) => html`<li><a href="${text(url)}">${text(label)}</a></li>\n`);
  const rest = more.length === 0 ? NOTHING : html`<ul>\n${more}</ul>\n`;
  const heading = html`${text(plural(branchCount, 'branch', 'branches'))}`;
  return part('tree', heading, joinHtml([renderBranchTree(branches), rest]));
}

function renderChildren({ children }: Cover): SafeHtml {
  if (children.length === 0) return NOTHING;
  const items = children
    .slice(0, MOST_LISTED)
    .map(({ label, url }) => html`<li><a href="${text(url)}">${text(label)}</a></li>\n`);
  return part('agents', html`${text(plural(children.length, 'sub-agent'))}`, foldRest(items, 'sub-agents'));
}

function renderSessions({ sessions, resume }: Cover): SafeHtml {
  if (sessions.length === 0) return NOTHING;
  const items = sessions.slice(0, MOST_SHOWN).map((id) => html`<li><code>${text(plainTitle(id, 100))}</code></li>\n`);
  const command = resume === undefined ? NOTHING : html`<pre class="command"><code>${text(resume)}</code></pre>\n`;
  return html`<details class="session">\n<summary>Session</summary>\n<ul>\n${items}</ul>\n${command}</details>\n`;
}

function part(className: string, heading: SafeHtml, body: SafeHtml): SafeHtml {
  return html`<section class="${text(className)}">\n<h2>${heading}</h2>\n${body}</section>\n`;
}

/** The first ones, and the others behind a fold. */
function foldRest(items: readonly SafeHtml[], name: string): SafeHtml {
  if (items.length <= MOST_SHOWN + 2) return html`<ul>\n${items}</ul>\n`;
  const rest = items.slice(MOST_SHOWN);
  return html`<ul>\n${items.slice(0, MOST_SHOWN)}</ul>\n<details>\n<summary>${text(rest.length)} more ${text(name)}</summary>\n<ul>\n${rest}</ul>\n</details>\n`;
}
