/** Which templates were seen to need Nunjucks alone: remembered from build to build, for one version of them all. */
/** Apart from what fills shells, so that a build can ask before it loads any of that. */

import { keyOf } from '../state/keys.ts';
import type { SiteState } from '../state/state.ts';

/** The packages whose word it is: with another version of either, Eleventy is asked again. */
export const ENGINES = { '@11ty/eleventy': '3.1.7', nunjucks: 'npm:@11ty/nunjucks@3.3.0' } as const;

const META = 'plain-templates';

export function listPlainTemplates(state: SiteState, templates: ReadonlyMap<string, string>): readonly string[] {
  const kept = state.findMeta(META);
  if (kept === undefined) return [];
  // Written by keepPlainTemplates; the state is private to the archive's owner.
  const { key, plain } = JSON.parse(kept) as { readonly key: string; readonly plain: readonly string[] };
  return key === keyFor(templates) ? plain : [];
}

export function keepPlainTemplates(
  state: SiteState,
  templates: ReadonlyMap<string, string>,
  plain: readonly string[],
): void {
  state.setMeta(META, JSON.stringify({ key: keyFor(templates), plain }));
}

function keyFor(templates: ReadonlyMap<string, string>): string {
  return keyOf(ENGINES, [...templates]);
}
