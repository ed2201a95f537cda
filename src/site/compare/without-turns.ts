/** A page that shows no turn: honest only for a branch of which every turn stands on another one. */
/** Which branches are such follows from the heads in the verified log, by the same outline that pages are built from. */

import { renderMerged } from '../conversation/page/forks.ts';
import { slug } from '../slug.ts';
import { turnAnchor } from '../urls.ts';
import { outlineBranches } from '../view/outline.ts';
import type { AroundFinding } from './around-turns.ts';
import type { KnownTurns } from './known-turns.ts';
import { classesOf, type Piece, readPage, type ShownPage } from './read-page.ts';

/** `path`: of the page on its host. None: it says where its branch ends, says it right, and says nothing else. */
export function findWithoutTurns(
  { around }: Pick<ShownPage, 'around'>,
  path: string,
  { turns, heads }: Pick<KnownTurns, 'turns' | 'heads'>,
): readonly AroundFinding[] {
  const named = /\/c\/[0-9a-f]{16}\/b\/([^/]+)\/(?:index\.html)?$/.exec(path)?.[1];
  const branch = outlineBranches(turns, heads).find(({ main, head }) => !main && slug(head.name) === named);
  if (branch === undefined || branch.turns.length > 0) return [{ turn: '', problem: 'the page shows no turn' }];
  const findings: AroundFinding[] = [];
  const end = turnAnchor(branch.head.turn);
  const places = around.flatMap(({ within, text }) =>
    text === undefined ? (/#(t-[0-9a-f]{16})$/.exec(within.at(-1)?.attributes.get('href') ?? '')?.[1] ?? []) : [],
  );
  if (places.length === 0 || places.some((place) => place !== end))
    findings.push({ turn: '', problem: 'it does not say at which turn its branch ends' });
  const ours = new Set(readPage(renderMerged('/')).around.map(({ text }) => text));
  for (const piece of around)
    if (piece.text !== undefined && isSaid(piece) && !ours.has(piece.text))
      findings.push({ turn: '', problem: `words that no turn says: “${piece.text.slice(0, 60)}”` });
  return findings;
}

/** In the place where turns would stand. */
function isSaid({ within }: Piece): boolean {
  const framing = within.some(
    (element) => ['header', 'nav'].includes(element.name) || classesOf(element).includes('page-check'),
  );
  return !framing && within.some(({ name }) => name === 'main');
}
