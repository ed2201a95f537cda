/** `/feeds.opml`: every feed of the site, for readers that follow many at once. */
/** Made again when a feed came, went or was renamed, not when something was said. */

import type { BuildContext } from '../conversation/context.ts';
import { keyOf } from '../state/keys.ts';
import { touches } from '../state/touched.ts';
import { absoluteUrl, conversationUrl, feedUrl, outputPath, pages } from '../urls.ts';

const OWNER = 'opml';

interface OpmlFeed {
  readonly title: string;
  readonly feedUrl: string;
  readonly homeUrl: string;
}

export function buildOpml(context: BuildContext): void {
  const { options, state, output, afresh } = context;
  const changed = state.touched.isTouched(touches.titles) || state.touched.listTouched(touches.lists).length > 0;
  if (!afresh && !changed) return;
  const { config } = options;
  const feedOf = (title: string, url: string): OpmlFeed => ({
    title,
    feedUrl: absoluteUrl(config.url, feedUrl(url, 'atom')),
    homeUrl: absoluteUrl(config.url, url),
  });
  const conversations: OpmlFeed[] = [];
  for (const { id, title } of state.conversations.walk()) conversations.push(feedOf(title, conversationUrl(id)));
  const groups = [
    { title: config.title, outlines: [feedOf(config.title, pages.home)] },
    ...(['project', 'agent', 'model', 'tag'] as const).map((kind) => ({
      title: { project: 'Projects', agent: 'Agents', model: 'Models', tag: 'Tags' }[kind],
      outlines: state.lists.listOf(kind).map((list) => feedOf(list.title, list.url)),
    })),
    { title: 'Conversations', outlines: conversations },
  ].filter((group) => group.outlines.length > 0);
  const path = outputPath(pages.opml);
  if (!output.declare(path, OWNER, keyOf(config.title, groups))) return;
  const write = async (): Promise<void> => {
    output.put(path, await context.pool.run('opml', { title: config.title, outlines: groups }, conversations.length));
  };
  context.defer(write());
}
