/** Lists of conversations: the home page, one list for each project, agent and tag, and all pages below the search form. */
/** Cut from the oldest on, so that a full page never changes its number; only pages that hold a change are looked at. */

import { setImmediate } from 'node:timers/promises';
import { html, type SafeHtml } from '../../base/html.ts';
import type { BuildContext } from '../conversation/context.ts';
import type { PageModel } from '../shell/page-model.ts';
import { keyOf } from '../state/keys.ts';
import type { ListKind, Member } from '../state/lists.ts';
import { touches } from '../state/touched.ts';
import { listPageUrl, outputPath, pages } from '../urls.ts';
import { buildListFeeds, forgetBackPages } from './list-feeds.ts';
import { listKinds } from './list-kinds.ts';
import type { List, ListPage } from './list-row.ts';

export const LISTS_OWNER = 'lists';

/** The pages of every list in which something changed; those of everything last, because they link to the others. Gives the lists. */
export function buildListPages(context: BuildContext): readonly List[] {
  const { state } = context;
  const whole = [pages.home, pages.search];
  const lists: (List | undefined)[] = [];
  for (const url of state.touched.listTouched('/'))
    if (!whole.includes(url as never)) lists.push(buildPages(context, url));
  lists.push(buildPages(context, pages.home, 'home'), buildPages(context, pages.search, 'every'));
  return lists.filter((list) => list !== undefined);
}

/** Apart from the pages, which are filled by a thread meanwhile. Waits for the entries of all conversations, not for their pages. */
export async function buildFeedsOf(context: BuildContext, lists: readonly List[]): Promise<void> {
  await context.feeds.settled();
  for (const list of lists) {
    const { feeds } = listKinds[list.kind];
    if (feeds !== 'none') await buildListFeeds(context, list, ownerOf(list.url), feeds === 'back');
    await setImmediate(); // what threads and indexers answer comes in
  }
}

/** Undefined: the list has no members any more, and is gone. */
function buildPages(context: BuildContext, url: string, kind?: ListKind): List | undefined {
  const { state, output } = context;
  const known = state.lists.find(url) ?? { url, kind: kind ?? 'home', name: '', title: '', members: 0, pages: 0 };
  const row = listKinds[known.kind];
  const members = state.lists.countMembers(url);
  const name = state.lists.findName(url) ?? '';
  const list: List = {
    url,
    kind: known.kind,
    name,
    title: row.titleOf(context, name),
    members,
    pages: row.pagesOf(members),
  };
  if (known.title !== list.title || known.members !== members) state.touched.touch(touches.lists + known.kind);
  for (let page = list.pages + 1; page <= known.pages; page++) output.drop(outputPath(listPageUrl(url, page)));
  if (members === 0 && kind === undefined) {
    output.take(ownerOf(url));
    output.settle(ownerOf(url));
    forgetBackPages(context, ownerOf(url));
    state.lists.forget(url);
    return undefined;
  }
  for (const page of changedPages(context, list, known.pages)) addPage(context, list, pageOf(context, list, page));
  addPage(context, list, pageOf(context, list, undefined));
  state.lists.save(list);
  return list;
}

/** Owner of a list's pages and feeds. */
function ownerOf(url: string): string {
  return `list:${url}`;
}

/** Full pages, from 1, that may have changed since the list had `before` of them. */
function* changedPages({ state, afresh }: BuildContext, list: List, before: number): Generator<number> {
  const { perPage } = listKinds[list.kind];
  // The page that was the last one links to the newest, which is another now.
  let from = before === list.pages ? Number.POSITIVE_INFINITY : Math.max(1, Math.min(before, list.pages));
  if (afresh) from = 1;
  const single = new Set<number>();
  for (const touch of state.touched.walkTouches(list.url)) {
    const page = Math.floor(state.lists.rankOf(list.url, touch.firstMs, touch.conversation) / perPage) + 1;
    if (page >= from) break;
    if (touch.moved) from = page;
    else single.add(page);
  }
  for (const page of single) if (page < from && page <= list.pages) yield page;
  for (let page = from; page <= list.pages; page++) yield page;
}

/** `page` undefined: the newest members, at the list's own address. */
function pageOf(context: BuildContext, list: List, page: number | undefined): ListPage {
  const { perPage } = listKinds[list.kind];
  const { lists } = context.state;
  const members: readonly Member[] =
    page === undefined
      ? lists.listMembers(list.url, list.pages * perPage, list.members)
      : lists.listMembers(list.url, (page - 1) * perPage, perPage);
  const older = page === undefined ? list.pages : page - 1;
  return {
    page,
    members: members.toReversed(),
    newer: page === undefined ? '' : page < list.pages ? listPageUrl(list.url, page + 1) : list.url,
    older: older > 0 ? listPageUrl(list.url, older) : '',
  };
}

function addPage(context: BuildContext, list: List, page: ListPage): void {
  const row = listKinds[list.kind];
  const model =
    page.page === undefined ? row.newestOf(context, list, page) : row.fullOf(context, list, page, page.page);
  const body = page.page === undefined ? row.bodyOf?.(context, list) : undefined;
  declarePage(context, model, ownerOf(list.url), body);
  context.check();
}

/** A page that is nothing but its model, and what is drawn on it. */
export function declarePage(context: BuildContext, model: PageModel, owner: string, body: SafeHtml = html``): void {
  if (!context.output.declare(outputPath(model.url), owner, keyOf(context.frame.key, model, body))) return;
  context.defer(context.writePage(model, body));
}
