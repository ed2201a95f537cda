/** Which templates need Nunjucks alone: ours, which a test holds against Eleventy, and those of the user's that a build saw to. */
/** Apart from what fills shells, so that a build can ask before it loads any of that. What was seen counts for one version of all templates. */

import { keyOf } from '../state/keys.ts';
import type { SiteState } from '../state/state.ts';
import type { SiteInputs } from './inputs.ts';

/** The packages whose word it is: with another version of either, Eleventy is asked again. */
export const ENGINES = { '@11ty/eleventy': '3.1.7', nunjucks: 'npm:@11ty/nunjucks@3.3.0' } as const;

const META = 'plain-templates';

type Templates = Pick<SiteInputs, 'templates' | 'templatesAreOurs'>;

export function listPlainTemplates(state: SiteState, { templates, templatesAreOurs }: Templates): readonly string[] {
  if (templatesAreOurs) return [...templates.keys()];
  const kept = state.findMeta(META);
  if (kept === undefined) return [];
  // Written by keepPlainTemplates; the state is private to the archive's owner.
  const { key, plain } = JSON.parse(kept) as { readonly key: string; readonly plain: readonly string[] };
  return key === keyFor(templates) ? plain : [];
}

export function keepPlainTemplates(
  state: SiteState,
  { templates, templatesAreOurs }: Templates,
  plain: readonly string[],
): void {
  if (templatesAreOurs) return;
  state.setMeta(META, JSON.stringify({ key: keyFor(templates), plain }));
}

function keyFor(templates: ReadonlyMap<string, string>): string {
  return keyOf(ENGINES, [...templates]);
}
