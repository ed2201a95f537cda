/** The lists of lists: all projects, all agents, all models, all tags. */
/** Made again when one of them came, went, or has other members; that of projects, which shows how busy each was, always. */

import type { BuildContext } from '../conversation/context.ts';
import { plural } from '../render/names.ts';
import { glyphOf } from '../shell/glyphs.ts';
import type { CardModel } from '../shell/page-model.ts';
import { touches } from '../state/touched.ts';
import { cardsOf, overviews } from './conversation-lists.ts';
import { declarePage, LISTS_OWNER } from './lists.ts';

/** Projects with cards; there are seldom more, and the others have a list below. */
const MOST_CARDS = 60;

/** After `buildLists`, which knows what changed. */
export function buildOverviews(context: BuildContext): void {
  for (const kind of ['project', 'agent', 'model', 'tag'] as const) {
    const busy = kind === 'project';
    if (busy || context.afresh || context.state.touched.isTouched(touches.lists + kind)) buildOverview(context, kind);
  }
}

function buildOverview(context: BuildContext, kind: keyof typeof overviews): void {
  const { url, title, empty } = overviews[kind];
  const lists = context.state.lists.listOf(kind);
  const busy = kind === 'project' ? cardsOf(context, kind, MOST_CARDS) : [];
  const shown = new Set(busy.map((card) => card.url));
  const others = lists
    .filter((list) => !shown.has(list.url))
    .map((list): CardModel => {
      const glyph = kind === 'agent' ? glyphOf(list.name) : '';
      return { url: list.url, label: list.title, glyph, bars: '', facts: [plural(list.members, 'conversation')] };
    });
  const model = context.frame.page({
    template: 'list.njk',
    width: 'wide',
    url,
    title,
    description: `${plural(lists.length, kind)} in ${context.options.config.title}`,
    tiles: [busy, others]
      .filter((items) => items.length > 0)
      .map((items, i) => ({ heading: i === 0 ? '' : 'Others', more: { label: '', url: '' }, items })),
    empty: lists.length === 0 ? empty : '',
  });
  declarePage(context, model, LISTS_OWNER);
}
