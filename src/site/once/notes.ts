/** `/notes/`: the owner's link blog. Each entry is a page that points at a turn or a conversation of this site, and the feed tells of it. */
/** An entry about what this site does not show is left out, and named: what is private does not get out by being written about. */

import { decodeUtf8 } from '../../base/bytes.ts';
import { html, type SafeHtml, text, trustHtml } from '../../base/html.ts';
import { isoTime, readableDate } from '../../base/time.ts';
import type { FeedEntry } from '../../model/entry.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { placeNameOf } from '../base-path.ts';
import type { BuildContext } from '../conversation/context.ts';
import { tellLeftOut } from '../curation.ts';
import { FEED_ENTRIES } from '../feeds/feeds.ts';
import { declarePage } from '../lists/lists.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { RENDERER_VERSION } from '../render/version.ts';
import type { BlogEntry } from '../shell/notes.ts';
import type { LinkModel, ListItemModel, PageModel, PagerModel } from '../shell/page-model.ts';
import type { ShownConversation } from '../state/conversations.ts';
import { keyOf } from '../state/keys.ts';
import {
  absoluteUrl,
  conversationUrl,
  listUrn,
  noteListUrl,
  noteUrl,
  noteUrn,
  outputPath,
  pages,
  tagUrl,
  turnAnchor,
} from '../urls.ts';

const OWNER = 'notes';
const PER_PAGE = 50;

interface Placed {
  readonly entry: BlogEntry;
  readonly title: string;
  readonly tags: readonly string[];
  /** What it is about. */
  readonly about: LinkModel;
}

/** `entries`: newest first. */
export async function buildNotes(context: BuildContext, entries: readonly BlogEntry[]): Promise<void> {
  context.output.take(OWNER);
  if (entries.length === 0) return;
  const placed = entries.map((entry) => place(context, entry)).filter((each) => each !== undefined);
  for (const each of placed) buildEntry(context, each);
  const last = Math.max(1, Math.ceil(placed.length / PER_PAGE));
  for (let page = 1; page <= last; page++) buildList(context, placed, page, last);
  await buildFeed(context, placed.slice(0, FEED_ENTRIES));
}

/** Undefined: this site does not show what it is about. */
function place(context: BuildContext, entry: BlogEntry): Placed | undefined {
  const found = findAbout(context, entry.about);
  if (found === undefined) {
    tellLeftOut(context.options.log, 'note', entry.name, 'this site shows nothing with the digits that it is about');
    return undefined;
  }
  const { conversation, url } = found;
  const tags = entry.tags.map((tag) => plainTitle(tag, 60)).filter((tag) => tag !== '');
  return { entry, title: plainTitle(entry.title, 160), tags, about: { label: conversation.title, url } };
}

function findAbout(
  { archive, state }: BuildContext,
  digits: string,
): { readonly conversation: ShownConversation; readonly url: string } | undefined {
  const turn = archive.findTurn(digits);
  const whole = turn === undefined ? archive.findConversation(digits) : undefined;
  const id = turn?.conversation ?? whole?.id;
  const conversation = id === undefined ? undefined : state.conversations.find(id);
  if (conversation === undefined) return undefined;
  return { conversation, url: addressOf(state, conversation.id, turn?.hash) };
}

function addressOf({ places }: BuildContext['state'], id: ConversationId, turn: TurnHash | undefined): string {
  const page = turn === undefined ? undefined : places.findPage(id, turn);
  return turn === undefined || page === undefined ? conversationUrl(id) : `${page}#${turnAnchor(turn)}`;
}

function buildEntry(context: BuildContext, placed: Placed): void {
  const { frame, output, options } = context;
  const { entry, title, about } = placed;
  const model = frame.page({
    ...{ url: noteUrl(entry.name), template: 'prose.njk', title },
    description: plainTitle(entry.summary, 200) || plainTitle(entry.text, 200) || title,
    crumbs: [{ label: 'Notes', url: pages.notes }],
    tags: tagLinks(context, placed),
    feeds: frame.feedsOf(pages.notes, `Notes: ${options.config.title}`),
  });
  const key = keyOf(frame.key, RENDERER_VERSION, model, placed);
  if (!output.declare(outputPath(model.url), OWNER, key)) return;
  const head = html`<p class="soft"><time datetime="${text(isoTime(entry.timeMs))}">${text(readableDate(entry.timeMs))}</time></p>
<p class="pointer"><a href="${text(about.url)}">${text(about.label)}</a></p>
`;
  context.defer(writeEntry(context, model, entry, head));
}

async function writeEntry(context: BuildContext, model: PageModel, entry: BlogEntry, head: SafeHtml): Promise<void> {
  await context.writePage(model, html`${head}${await renderText(context, entry)}`);
}

async function renderText({ pool }: BuildContext, { text: source }: BlogEntry): Promise<SafeHtml> {
  // What the renderer of documents gave, which went through the sanitiser.
  return trustHtml(decodeUtf8(await pool.run('document', source, source.length)));
}

function buildList(context: BuildContext, placed: readonly Placed[], page: number, last: number): void {
  const { frame, options } = context;
  const link = (label: string, number: number): LinkModel | null =>
    number < 1 || number > last ? null : { label, url: noteListUrl(number) };
  const pager: PagerModel = { newer: link('Newer notes', page - 1), older: link('Older notes', page + 1), pages: [] };
  const items = placed.slice((page - 1) * PER_PAGE, page * PER_PAGE).map((each): ListItemModel => {
    const { entry, title, about } = each;
    return {
      ...{ url: noteUrl(entry.name), title, summary: plainTitle(entry.summary, 300), badges: [], glyph: '' },
      ...{
        iso: isoTime(entry.timeMs),
        date: readableDate(entry.timeMs),
        facts: [about],
        tags: tagLinks(context, each),
      },
    };
  });
  const model = frame.page({
    ...{ url: noteListUrl(page), template: 'list.njk', title: page === 1 ? 'Notes' : `Notes, page ${page}` },
    description: `What is worth reading on ${options.config.title}`,
    feeds: frame.feedsOf(pages.notes, `Notes: ${options.config.title}`),
    lists: items.length === 0 ? [] : [{ heading: '', id: 'notes', items }],
    empty: items.length === 0 ? 'There are no notes yet.' : '',
    pager,
  });
  declarePage(context, model, OWNER);
}

/** A tag leads to the conversations that have it, where there are such. */
function tagLinks({ state }: BuildContext, { tags }: Placed): readonly LinkModel[] {
  return tags.flatMap((tag) => (state.lists.find(tagUrl(tag)) === undefined ? [] : [{ label: tag, url: tagUrl(tag) }]));
}

async function buildFeed(context: BuildContext, placed: readonly Placed[]): Promise<void> {
  const { feeds, options, defer } = context;
  const { url: site, author, title } = options.config;
  const entries = await Promise.all(
    placed.map(async ({ entry, title: name, tags, about }) => {
      const said = await renderText(context, entry);
      const link = html`<p><a href="${text(absoluteUrl(site, about.url))}">${text(about.label)}</a></p>`;
      const made: FeedEntry = {
        id: noteUrn(placeNameOf(site), entry.name),
        title: name,
        url: absoluteUrl(site, noteUrl(entry.name)),
        ...{ published: entry.timeMs, updated: entry.timeMs, author: author === '' ? title : author },
        content: html`${link}${absolute(said, site)}`,
        summary: plainTitle(entry.summary, 300) || plainTitle(entry.text, 300),
        categories: tags,
      };
      const json = JSON.stringify(made);
      const key = keyOf(json);
      return { key, updatedMs: entry.timeMs, weight: json.length, source: () => ({ key, of: json }) };
    }),
  );
  await feeds.build({
    owner: OWNER,
    id: listUrn('notes', placeNameOf(site), 'notes'),
    pageUrl: pages.notes,
    title: `Notes: ${title}`,
    description: `What is worth reading on ${title}`,
    ...{ entries, deleted: [], defer },
  });
}

/** A feed's reader knows no addresses of this site. The sanitiser writes attributes in one way. */
function absolute(said: SafeHtml, site: string): SafeHtml {
  return trustHtml(
    said.replace(/ (href|src)="(\/[^"]*)"/g, (_, name: string, url: string) => ` ${name}="${absoluteUrl(site, url)}"`),
  );
}
