/** A turn as an `<article>`: the door of this folder. */
/** Output is a function of the input alone, so that rendered turns are cached by turn hash and RENDERER_VERSION. */

import type { SafeHtml } from '../../base/html.ts';
import { findRow } from '../../base/rows.ts';
import { type BlobHash, shortId } from '../../model/ids.ts';
import type { BlobPart, Item, Part, Role, ToolCallPart, ToolCallResponsePart, UriPart } from '../../model/item.ts';
import { onlyResponse } from '../view/rows.ts';
import { type Allowance, LONGEST_TEXT, renderFitting } from './allowance.ts';
import { type BlobPlace, UNREADABLE_BLOB } from './blob-address.ts';
import { MOST_COLOURED } from './highlight.ts';
import { renderMarkdown, renderProse } from './markdown.ts';
import { noteClass, noteLabel, renderNote } from './system-notes.ts';
import { keepBare } from './text/bare-texts.ts';
import { FOREIGN_REL, findLinkTarget } from './text/links.ts';
import { countLines, countOf, cutEnd, groupDigits, leftOutSentence } from './text/long-text.ts';
import { visibleAttribute, visibleText } from './text/visible-text.ts';
import { shortenPaths } from './tools/short-paths.ts';
import { renderAnswer, renderToolCall, renderToolResponse, statusClass } from './tools/tool-call.ts';
import { article, heading, LONGEST_WORD, quietHeading, type RenderedTurn, resultFrame, word } from './turn-frame.ts';

export { renderFeedContent } from './feed-content.ts';
export { plainTitle } from './text/plain-title.ts';
export { type RenderedTurn, renderDamagedTurn, renderWithheldTurn } from './turn-frame.ts';
export { RENDERER_VERSION } from './version.ts';

export interface TurnInput {
  readonly turn: RenderedTurn;
  /** undefined: a payload of a type that is not projected to items. */
  readonly item: Item | undefined;
  /** The results that stand inside this turn, by id of the call (view/rows.ts). None when absent. */
  readonly answers?: ReadonlyMap<string, AnsweringTurn>;
  /** The calls that this turn's responses answer, by id. They stand in ancestors, which never change. */
  readonly calls: ReadonlyMap<string, ToolCallPart>;
  /** Undefined: the blob is not published. */
  readonly findBlob: (hash: BlobHash, mime: string) => BlobPlace | undefined;
  /** The row above was in the same minute. */
  readonly sameMinute?: boolean;
  /** Folders that the session was held in: paths below them are shown from there. */
  readonly folders?: readonly string[];
  /** False: code stays plain. */
  readonly colours?: boolean;
}

export type AnsweringTurn = RenderedTurn & { readonly item: Item };

/**
 * `<article class="turn turn-<role>" id="t-<16 digits>">` with a header and its parts, as far as there is room for them; each result
 * inside it is a `<section class="result …" id="t-<16 digits>">` in the row of its call.
 */
export function renderTurn(input: TurnInput): SafeHtml {
  const { turn, item } = input;
  if (item === undefined) {
    const body = `<p class="notice">A payload of type <code>${word(turn.typeId)}</code>, which this version cannot show. The archive keeps its bytes.</p>`;
    return article(turn, 'turn-system turn-foreign', heading('Foreign payload', turn), body);
  }
  const role = findRow(ROLES, item.role) ?? ROLES.system;
  const label = item.role === 'system' ? noteLabel(item) : role.label;
  const weight = weightOf(item);
  const header =
    weight === QUIET || item.role === 'tool'
      ? quietHeading(turn, input.sameMinute === true)
      : heading(label, turn, item);
  const allowance = allowanceOf(turn, input);
  const results = renderResults(input, item);
  const shown = renderFitting(item.parts, roomOf(turn) - header.length - FRAME, allowance, (part, given) =>
    renderPart(part, input, item, results, given),
  );
  const rest = `<p class="notice">${leftOutSentence(shown.leftOut, allowance, 'part')}</p>\n`;
  const own = shown.leftOut === 0 ? shown.html : shown.html + rest;
  const classes = `${role.className}${weight}${item.role === 'system' ? ` ${noteClass(item)}` : ''}`;
  return article(turn, classes, header, placeResults(own, results));
}

/** What an answer is beside its words: nothing but work, words on the way, or the last word. */
function weightOf({ role, parts }: Item): typeof QUIET | ' turn-working' | '' {
  if (role !== 'assistant') return '';
  if (!parts.some((part) => part.type === 'text' && wordsOf(part.content) !== '')) return QUIET;
  return parts.some(({ type }) => type === 'tool_call') ? ' turn-working' : '';
}

const QUIET = ' turn-quiet';

/** A result, and where it belongs. */
interface Result {
  readonly mark: string;
  readonly part: ToolCallResponsePart;
  readonly html: SafeHtml;
}

/** Each with room of its own, whatever its call needs. */
function renderResults(input: TurnInput, { parts }: Item): ReadonlyMap<string, Result> {
  const results = new Map<string, Result>();
  for (const call of parts) {
    if (call.type !== 'tool_call' || results.has(call.id)) continue;
    const answer = input.answers?.get(call.id);
    const part = answer === undefined ? undefined : onlyResponse(answer.item);
    if (answer === undefined || part === undefined) continue;
    const allowance = allowanceOf(answer, input);
    const shown = renderFitting(answer.item.parts, roomOf(answer) - FRAME, allowance, (one, given) =>
      one === part ? renderAnswer(part, call, given) : renderPart(one, input, answer.item, NO_RESULTS, given),
    );
    const rest =
      shown.leftOut === 0 ? '' : `<p class="notice">${leftOutSentence(shown.leftOut, allowance, 'part')}</p>\n`;
    // Text from outside is escaped, so no comment comes from it.
    const mark = `<!--result ${results.size}-->`;
    results.set(call.id, { mark, part, html: resultFrame(answer, statusClass(part), shown.html + rest) });
  }
  return results;
}

const NO_RESULTS: ReadonlyMap<string, Result> = new Map();

/** Results of calls that there was no room for stand at the end: each keeps its address. */
function placeResults(own: string, results: ReadonlyMap<string, Result>): string {
  let body = own;
  for (const { mark, html } of results.values()) {
    const at = body.indexOf(mark);
    body = at === -1 ? body + html : body.slice(0, at) + html + body.slice(at + mark.length).replaceAll(mark, '');
  }
  return body;
}

function allowanceOf(turn: RenderedTurn, { colours = true }: TurnInput): Allowance {
  return {
    whole: `turnpress show ${shortId(turn.hash)} --full shows the whole`,
    longest: LONGEST_TEXT,
    colour: !colours ? 0 : Math.min(MOST_COLOURED, turn.rawLength + SMALL_TURN),
  };
}

/**
 * Characters of HTML that a turn may become, the whole article. It follows from the turn alone, so that a turn has one look;
 * and as pages are cut by the raw lengths of their turns (view/paging.ts), it bounds a page as well: under 4 MB.
 */
function roomOf(turn: RenderedTurn): number {
  return Math.min(MOST_HTML, SMALL_TURN + HTML_PER_BYTE * turn.rawLength);
}

const MOST_HTML = 512 * 1024;
const SMALL_TURN = 8 * 1024;
/** Ordinary turns need less than two. */
const HTML_PER_BYTE = 6;
/** The article's own tags. */
const FRAME = 512;

const ROLES: Readonly<Record<Role, { readonly label: string; readonly className: string }>> = {
  user: { label: 'Prompt', className: 'turn-user' },
  assistant: { label: 'Answer', className: 'turn-assistant' },
  tool: { label: 'Tool', className: 'turn-tool' },
  system: { label: 'System', className: 'turn-system' },
};

/** What a text says: nothing, when an item holds something else in its place. */
function wordsOf(content: unknown): string {
  return typeof content === 'string' ? content.trim() : '';
}

function renderPart(
  part: Part,
  input: TurnInput,
  item: Item,
  results: ReadonlyMap<string, Result>,
  allowance: Allowance,
): string {
  switch (part.type) {
    case 'text':
      return item.role === 'system' || item.role === 'tool'
        ? renderNote(wordsOf(part.content), item, allowance)
        : proseOfFeeds(part.content, item.role === 'user', allowance);
    case 'reasoning':
      return wordsOf(part.content) === ''
        ? ''
        : `<details class="reasoning"><summary>Reasoning</summary>\n${prose(part.content, false, allowance)}</details>\n`;
    case 'tool_call': {
      const result = results.get(part.id);
      const answer = result === undefined ? undefined : { part: result.part, html: result.mark };
      return renderToolCall(shortenPaths(part, input.folders), answer, allowance);
    }
    case 'tool_call_response': {
      const call = input.calls.get(part.id);
      return renderToolResponse(part, call === undefined ? undefined : shortenPaths(call, input.folders), allowance);
    }
    case 'blob':
      return renderBlob(part, input);
    case 'uri':
      return renderUri(part);
    default:
      return `<p class="notice">A part of type <code>${word(String(unknownType(part)))}</code>, which this version cannot show.</p>\n`;
  }
}

function unknownType(part: { readonly type?: unknown }): unknown {
  return part.type;
}

/** What a feed shows, too. */
function proseOfFeeds(content: string, breaks: boolean, allowance: Allowance): string {
  if (wordsOf(content) === '') return '';
  const { html, bare } = renderProse(content, breaks, allowance);
  if (bare !== undefined) keepBare(content, breaks, bare);
  const block = proseBlock(html);
  if (!breaks || (content.length <= LONG_PROMPT && countLines(content) <= LONG_LINES)) return block;
  const size = `<span class="more">${countOf(content.length, 'character')}</span>`;
  return `<details class="long"><summary>The whole prompt ${size}</summary>\n${block}</details>\n`;
}

/** A prompt folds after about a screen: more characters, or lines, than these. */
const LONG_PROMPT = 3_000;
const LONG_LINES = 40;

function prose(content: string, breaks: boolean, allowance: Allowance): string {
  return wordsOf(content) === '' ? '' : proseBlock(renderMarkdown(content, { breaks, bare: false }, allowance));
}

function proseBlock(html: SafeHtml): string {
  return `<div class="prose" dir="auto">${html}</div>\n`;
}

function renderBlob(part: BlobPart, input: TurnInput): string {
  const name = word(part.name ?? part.modality);
  const facts = `${word(part.mime_type)}, ${byteCount(part.size)}`;
  const place = input.findBlob(part.hash, part.mime_type);
  if (place === undefined) return `<p class="notice">${name} (${facts}) is not published here.</p>\n`;
  if (place === UNREADABLE_BLOB)
    return `<p class="notice">The archive cannot read ${name} (${facts}): its bytes are missing or damaged.</p>\n`;
  const caption = `<figcaption>${name} <span class="more">${facts}</span></figcaption>`;
  const address = visibleAttribute(place.url);
  if (!SHOWN_IMAGES.has(part.mime_type))
    return `<p class="attachment"><a href="${address}">${name}</a> (${facts})</p>\n`;
  const image = `<img src="${address}" alt="${visibleAttribute(cutEnd(part.name, LONGEST_WORD) || 'Image in the conversation')}" width="${place.width}" height="${place.height}" loading="lazy" decoding="async">`;
  return `<figure class="blob"><a href="${address}">${image}</a>${caption}</figure>\n`;
}

const SHOWN_IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

function renderUri(part: UriPart): string {
  const target = typeof part.uri === 'string' ? findLinkTarget(part.uri) : undefined;
  const shown = visibleText(cutEnd(part.uri, 500));
  const what =
    target === undefined
      ? `<code>${shown}</code>`
      : `<a href="${visibleAttribute(target)}" rel="${FOREIGN_REL}">${shown}</a>`;
  return `<p class="attachment">${word(part.modality)}: ${what}</p>\n`;
}

/** `34 KB`; 1 KB is 1000 bytes. */
function byteCount(bytes: number): string {
  if (typeof bytes !== 'number') return 'of unknown size';
  if (bytes < 1000) return `${groupDigits(bytes)} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
