/** What stands around the turns of a page and has no business there: what runs, hides, covers, or speaks between the turns. */
/** Whether headings and counts are right is for beside-turns.ts; links between pages are nobody's words, and are not compared. */

import { classesOf, type OpenElement, type Piece, type ShownPage, UNSAFE } from './read-page.ts';

export interface AroundFinding {
  /** First 16 digits of the turn that stands before it; empty: none does. */
  readonly turn: string;
  readonly problem: string;
}

export function findAround({ around, turns }: Pick<ShownPage, 'around' | 'turns'>): readonly AroundFinding[] {
  const found = new Map<string, AroundFinding>();
  for (const piece of around) {
    const between = piece.after > 0 && piece.after < turns.length;
    const problem = piece.text === undefined ? tagProblem(piece, between) : between ? textProblem(piece) : undefined;
    const turn = turns[piece.after - 1]?.digits ?? '';
    if (problem !== undefined) found.set(`${turn} ${problem}`, { turn, problem: `beside the turns: ${problem}` });
  }
  return [...found.values()];
}

function tagProblem({ within }: Piece, between: boolean): string | undefined {
  const element = within.at(-1);
  if (element === undefined) return undefined;
  const { name, attributes } = element;
  for (const [key, value] of attributes) {
    if (/^on/.test(key)) return `<${name}> runs a script (${key})`;
    if (key === 'style') return `<${name}> has a style of its own`;
    if (/^\s*(?:javascript|data):/i.test(value)) return `<${name}> has an address that is none`;
  }
  const isOurs = (key: string): boolean => /^\/(?![/\\])/.test(attributes.get(key) ?? '');
  if (classesOf(element).includes('turn')) return `<${name}> looks like a turn and is none`;
  const isNote = within.some((each) => each.name === 'aside' && classesOf(each).includes('written'));
  if (PICTURES.has(name) && !isNote) return `<${name}>, which our pages do not have there`;
  if (between && classesOf(element).includes('continued'))
    return 'a heading that only the first turn of a page can have';
  if (!UNSAFE.has(name)) return undefined;
  if (name === 'script' && isOurs('src')) return undefined;
  // data for search engines, which no browser runs or shows
  if (name === 'script' && within.at(-2)?.name === 'head' && isData(attributes)) return undefined;
  if (name === 'link' && isOursOrNames(attributes)) return undefined;
  if (name === 'meta' && !/^utf-8$/i.test(attributes.get('charset') ?? 'utf-8'))
    return '<meta> says that its letters are others than ours';
  if (name === 'meta' && HARMLESS_META.test(attributes.get('http-equiv') ?? 'content-security-policy'))
    return undefined;
  if (!between && CONTROLS.has(name) && (name !== 'form' || attributes.get('action') === undefined || isOurs('action')))
    return undefined;
  return `<${name}>, which our pages do not have there`;
}

function isData(attributes: OpenElement['attributes']): boolean {
  return attributes.size === 1 && attributes.get('type') === 'application/ld+json';
}

/** Styles, icons and the like come from the site itself; where a link only names another address, it may be any. */
function isOursOrNames(attributes: OpenElement['attributes']): boolean {
  const rel = (attributes.get('rel') ?? '').toLowerCase();
  return /^\/(?![/\\])/.test(attributes.get('href') ?? '') || !/stylesheet|import|preload|prefetch/.test(rel);
}

const HARMLESS_META = /^content-security-policy$/i;
/** Of the search and of what the pages' scripts do, above and below the turns: what stands in a field is read, too. */
const CONTROLS: ReadonlySet<string> = new Set(['form', 'input', 'select', 'dialog']);
/** They can show words that nobody reads out of a source. */
const PICTURES: ReadonlySet<string> = new Set(['img', 'picture', 'video', 'audio', 'canvas']);

/** Between two turns only headings, counts of work, summaries of folded rows, and notes of owner, forks and sub-agents have words. */
function textProblem({ within, text = '' }: Piece): string | undefined {
  for (const [i, element] of within.entries()) {
    const speaks = SPEAKING[element.name];
    if (speaks?.(classesOf(element), text, within[i - 1]) === true) return undefined;
  }
  return `words that no turn says: “${text.slice(0, 60)}”`;
}

type Speaks = (classes: readonly string[], text: string, outside: OpenElement | undefined) => boolean;

const SPEAKING: Readonly<Record<string, Speaks>> = {
  h2: (_, _text, outside) => outside !== undefined && classesOf(outside).includes('exchange'),
  p: (classes) => classes.includes('work'),
  aside: (classes) => ['written', 'fork', 'subagent'].some((name) => classes.includes(name)),
  summary: (_, text) => /^(?:\d[\d,]* reads?)?(?:, )?(?:\d[\d,]* search(?:es)?)?$/.test(text),
};
