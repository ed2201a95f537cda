/** The pictures that other programs show beside a link: `/card.png` of the site, and one for each conversation. */
/** Of the public site alone. What stands on one changes seldom, so a conversation that grew keeps its own. */

import { readableDate } from '../../base/time.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { BuildContext, VisibleConversation } from '../conversation/context.ts';
import { agentName, projectName } from '../render/names.ts';
import { FACE } from '../render/paint/painter.ts';
import { OURS, PAPERS, readableTone } from '../shell/theme.ts';
import { keyOf } from '../state/keys.ts';
import { cardUrl, conversationUrl, outputPath, pages } from '../urls.ts';
import { type CardWords, DRAWING, drawCard } from './card-drawing.ts';

/** Of the site itself. */
const OWNER = 'card';

export function buildCard(context: BuildContext): void {
  const { title, description } = context.options.config;
  declare(context, OWNER, pages.card, { site: '', title, about: description });
}

export function buildCardOf(context: BuildContext, { summary, title }: VisibleConversation): void {
  const { agent, project } = summary.meta;
  const about = [
    ...(agent === undefined ? [] : [agentName(agent)]),
    ...(project === undefined ? [] : [projectName(project)]),
    readableDate(summary.firstMs),
  ].join(' \u2013 ');
  const words = { site: context.options.config.title, title, about };
  declare(context, ownerOf(summary.id), cardUrl(conversationUrl(summary.id)), words);
}

export function forgetCardOf({ output }: BuildContext, id: ConversationId): void {
  output.take(ownerOf(id));
  output.settle(ownerOf(id));
}

/** Not the owner of its pages: a conversation that cannot be read has its picture all the same. */
function ownerOf(id: ConversationId): string {
  return `${OWNER}:${id}`;
}

function declare(context: BuildContext, owner: string, url: string, words: Omit<CardWords, 'accent'>): void {
  const { output, options, inputs, painter } = context;
  const { color } = options.config;
  const face = inputs.assets.get(FACE.file);
  output.take(owner);
  if (options.mode === 'public' && face !== undefined) {
    const accent = readableTone(color === '' ? OURS : color, PAPERS.light);
    const svg = drawCard({ ...words, accent });
    const path = outputPath(url);
    if (output.declare(path, owner, keyOf(DRAWING, svg, face.url)))
      context.defer(painter.paint(svg).then((png) => output.put(path, png)));
  }
  output.settle(owner);
}
