/** Draws what was found: a conversation, and in it the turns that say it. */
/** Text only goes in through textContent: titles and excerpts hold whatever was said in a conversation. */

import { readableDate } from '../../base/time.ts';
import { joinTokens } from '../../model/search/tokens.ts';
import { parseAnchor } from '../../site/fixed-urls.ts';
import { copyPaths } from '../copies.ts';
import { basePath } from '../site-place.ts';
import { handWords } from '../talk/looked-for.ts';
import type { Hit } from './ask.ts';
import { ROLES } from './form.ts';
import { type FoundTurn, listFoundTurns, type Piece } from './found-turns.ts';
import type { IndexedText } from './index-part.ts';

/** Turns shown of one hit, and of one conversation before the others fold. */
const TURNS_OF_HIT = 8;
const TURNS = 3;

export interface ReadHit {
  readonly hit: Hit;
  readonly text: IndexedText;
}

/** The list of results: hits of a conversation come under its heading, and into its fold where that was drawn before, so that what follows stays in its place. */
export interface ResultList {
  clear(): void;
  /** `role`: turns of it only. How many turns were drawn. */
  add(hits: readonly ReadHit[], role: string): number;
  readonly size: number;
}

interface Group {
  readonly shown: HTMLElement;
  readonly folded: HTMLDetailsElement;
  readonly summary: HTMLElement;
}

export function openResultList(list: HTMLElement): ResultList {
  const groups = new Map<string, Group>();
  return {
    clear() {
      groups.clear();
      list.replaceChildren();
    },
    add(hits, role) {
      let drawn = 0;
      const before = new Set(groups.values());
      for (const { hit, text } of hits) {
        const url = addressOf(hit, text);
        const places = hit.matches.map(({ places: own }) => own);
        const turns = listFoundTurns(text, places, { most: TURNS_OF_HIT, role });
        if (turns.length === 0) continue;
        const key = keyOf(url, text);
        const group = groups.get(key) ?? drawGroup(url, text, key);
        if (!groups.has(key)) list.append(group.shown);
        groups.set(key, group);
        for (const turn of turns) addTurn(group, drawTurn(url, turn), before.has(group));
        drawn += turns.length;
      }
      return drawn;
    },
    get size() {
      return groups.size;
    },
  };
}

/** Below the root of the host. What follows the page's address in the index tells its records apart. */
function addressOf({ part }: Hit, { url }: IndexedText): string {
  return part.site + url.replace(/\?.*$/, '');
}

/** Where its heading leads: to the conversation; of a page with entries of feeds to the entry. */
function keyOf(url: string, { anchors }: IndexedText): string {
  const conversation = /^.*\/c\/[0-9a-f]{16}\//.exec(url)?.[0];
  const [first] = anchors;
  return conversation ?? (first?.element === 'entry' ? `${url}#${first.id}` : url);
}

function drawGroup(url: string, { meta }: IndexedText, key: string): Group {
  const shown = document.createElement('li');
  shown.className = 'search-result';
  const heading = document.createElement('h2');
  heading.append(link(key, joinTokens(meta.title ?? url)));
  const facts = document.createElement('p');
  facts.className = 'search-facts';
  facts.textContent = [dayWords(meta.date ?? ''), originOf(url), joinTokens(meta.source ?? '')]
    .filter(Boolean)
    .join(' · ');
  const folded = document.createElement('details');
  const summary = document.createElement('summary');
  folded.append(summary);
  shown.append(heading, facts);
  return { shown, folded, summary };
}

function addTurn(group: Group, turn: HTMLElement, late: boolean): void {
  if (!late && group.shown.querySelectorAll(':scope > .search-turn').length < TURNS)
    return void group.shown.append(turn);
  group.folded.append(turn);
  group.summary.textContent = `${group.folded.childElementCount - 1} more in this conversation`;
  if (group.folded.parentElement === null) group.shown.append(group.folded);
}

/** `2026-01-02` as pages write it; empty stays empty. */
export function dayWords(day: string): string {
  return day === '' ? '' : readableDate(Date.parse(day));
}

/** The name of the copy that a result stands in; empty: it stands here. */
function originOf(url: string): string {
  const path = copyPaths.find((each) => url.startsWith(`${each}/`));
  return path === undefined ? '' : `from ${path.slice(path.lastIndexOf('/') + 1)}`;
}

/** The whole excerpt leads to its turn. */
function drawTurn(url: string, { anchor, role, excerpt }: FoundTurn): HTMLElement {
  const box = document.createElement('p');
  box.className = 'search-turn';
  const marked = excerpt.flatMap((piece) => (piece.marked ? [piece.text.trim()] : []));
  const isTurn = parseAnchor(anchor) !== undefined;
  const target = link(`${url}#${anchor}${isTurn ? '' : textFragment(marked[0] ?? '')}`, '');
  if (isTurn) handWords(target, anchor, marked);
  const label = document.createElement('span');
  label.className = 'search-role';
  label.textContent = ROLES[role] ?? role;
  target.append(label, ' ', ...excerpt.map(drawPiece));
  box.append(target);
  return box;
}

/** On pages without turns: browsers that know it mark the words. */
function textFragment(words: string): string {
  const safe = encodeURIComponent(words.toWellFormed()).replaceAll('-', '%2D');
  return safe === '' ? '' : `:~:text=${safe}`;
}

function drawPiece({ text, marked }: Piece): Node | string {
  if (!marked) return text;
  const mark = document.createElement('mark');
  mark.textContent = text;
  return mark;
}

/** Leads nowhere but into this host. */
function link(url: string, text: string): HTMLAnchorElement {
  const anchor = document.createElement('a');
  anchor.href = /^\/[^/\\]/.test(url) ? url : `${basePath}/`;
  anchor.textContent = text;
  return anchor;
}
