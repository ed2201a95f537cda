/** The lists of lists: all projects, all agents, all tags. */
/** Made again when one of them came, went, or has other members. */

import type { BuildContext } from '../conversation/context.ts';
import { plural } from '../render/names.ts';
import type { ListItemModel } from '../shell/page-model.ts';
import { touches } from '../state/touched.ts';
import { overviews } from './list-kinds.ts';
import { declarePage, LISTS_OWNER } from './lists.ts';

/** After `buildLists`, which knows what changed. */
export function buildOverviews(context: BuildContext): void {
  for (const kind of ['project', 'agent', 'tag'] as const) {
    if (context.afresh || context.state.touched.isTouched(touches.lists + kind)) buildOverview(context, kind);
  }
}

function buildOverview(context: BuildContext, kind: keyof typeof overviews): void {
  const { url, title, empty } = overviews[kind];
  const nothing = { summary: '', badges: [], iso: '', date: '', tags: [] };
  const items = context.state.lists.listOf(kind).map(
    (list): ListItemModel => ({
      ...nothing,
      url: list.url,
      title: list.title,
      facts: [{ label: plural(list.members, 'conversation'), url: '' }],
    }),
  );
  const model = context.frame.page({
    template: 'list.njk',
    url,
    title,
    description: `${title} of ${context.options.config.title}`,
    lists: items.length === 0 ? [] : [{ heading: '', id: 'all', items }],
    empty: items.length === 0 ? empty : '',
  });
  declarePage(context, model, LISTS_OWNER);
}
