/** Draws what was found: a page, and below it the turns that say it. */
/** Text only goes in through textContent: titles and excerpts hold whatever was said in a conversation. */

import { joinWords } from '../model/script-words.ts';
import { copyPaths } from './copies.ts';
import { type FoundTurn, firstWords, listFoundTurns, type Piece } from './found-turns.ts';
import type { PagefindRecord } from './pagefind-types.ts';
import { ROLES } from './search-form.ts';
import { basePath } from './site-place.ts';

/** Turns shown of one result. */
const TURNS = 4;

export function drawResult(record: PagefindRecord): HTMLLIElement {
  const item = document.createElement('li');
  item.className = 'search-result';
  // What follows the page's address tells the index's records apart.
  const url = record.url.replace(/\?.*$/, '');
  const heading = document.createElement('h2');
  heading.append(link(url, joinWords(record.meta.title ?? url)));
  const facts = document.createElement('p');
  facts.className = 'search-facts';
  facts.textContent = [ROLES[record.meta.role ?? ''], record.meta.date, originOf(url)].filter(Boolean).join(' · ');
  item.append(heading, facts);
  const turns = listFoundTurns(record, TURNS);
  if (turns.length === 0) item.append(paragraph(firstWords(record)));
  for (const turn of turns) item.append(drawTurn(url, turn));
  return item;
}

/** The name of the copy that a result stands in; empty: it stands here. */
function originOf(url: string): string {
  const path = copyPaths.find((each) => url.startsWith(`${each}/`));
  return path === undefined ? '' : `from ${path.slice(path.lastIndexOf('/') + 1)}`;
}

/** Stands between the results and what only looks like one. */
export function drawSimilar(): HTMLLIElement {
  const item = document.createElement('li');
  item.className = 'search-similar';
  item.textContent = 'Words that begin alike';
  return item;
}

/** A turn's first words lead to it; where the excerpt begins with them, it is the link itself. */
function drawTurn(url: string, turn: FoundTurn): HTMLElement {
  const box = document.createElement('div');
  box.className = 'search-turn';
  const target = link(`${url}#${turn.anchor}`, turn.title);
  const excerpt = turn.excerpt.map(drawPiece);
  if (turn.title === '') target.append(...excerpt);
  box.append(paragraph(target));
  if (turn.title !== '') box.append(paragraph(...excerpt));
  return box;
}

function drawPiece({ text, marked }: Piece): Node | string {
  if (!marked) return text;
  const mark = document.createElement('mark');
  mark.textContent = text;
  return mark;
}

function paragraph(...content: readonly (Node | string)[]): HTMLParagraphElement {
  const made = document.createElement('p');
  made.append(...content);
  return made;
}

/** Leads nowhere but into this site. */
function link(url: string, text: string): HTMLAnchorElement {
  const anchor = document.createElement('a');
  anchor.href = /^\/[^/\\]/.test(url) ? url : `${basePath}/`;
  anchor.textContent = text;
  return anchor;
}
