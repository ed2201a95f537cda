/** Markdown of prompts and answers as safe HTML, token by token through a table of our own. */
/** A token that the table does not know becomes text: what can come out is listed here, not filtered afterwards. */

import MarkdownIt, { type Token } from 'markdown-it';
import { type SafeHtml, trustHtml } from '../../base/html.ts';
import type { Allowance } from './allowance.ts';
import { renderCode } from './code.ts';
import { FOREIGN_REL, findLinkTarget } from './text/links.ts';
import { cutEnd, cutMiddle } from './text/long-text.ts';
import { visibleAttribute, visibleText } from './text/visible-text.ts';

export interface MarkdownOptions {
  /** A line break in the source is one on the page: people mean it so in prompts, models do not. */
  readonly breaks: boolean;
  /** For feeds: no classes, no roles, no colours. */
  readonly bare: boolean;
}

/** Safe HTML of a Markdown text. One that would cost too much, or is too long, stands as plain text. */
export function renderMarkdown(source: string, options: MarkdownOptions, allowance: Allowance): SafeHtml {
  if (source.length > allowance.longest || isTooCostly(source)) return plainText(source, options, allowance);
  if (!SPECIAL.test(source)) return plainParagraphs(source, options);
  return renderBlocks(parser.parse(source, {}), openContext(options, allowance));
}

/** As `renderMarkdown` for a page; `bare` as it would be for a feed that has room for all of it, parsed once. Undefined: no parser was needed. */
export function renderProse(
  source: string,
  breaks: boolean,
  allowance: Allowance,
): { readonly html: SafeHtml; readonly bare: SafeHtml | undefined } {
  const options = { breaks, bare: false };
  if (source.length > allowance.longest || isTooCostly(source) || !SPECIAL.test(source)) {
    return { html: renderMarkdown(source, options, allowance), bare: undefined };
  }
  const tokens = parser.parse(source, {});
  return {
    html: renderBlocks(tokens, openContext(options, allowance)),
    bare: renderBlocks(tokens, openContext({ breaks, bare: true }, allowance)),
  };
}

/** Text as it stands, line breaks kept. */
function plainText(source: string, options: MarkdownOptions, allowance: Allowance): SafeHtml {
  if (!options.bare) return trustHtml(`<div class="plain">${cutMiddle(source, visibleText, allowance)}</div>`);
  const cut = source.length > allowance.longest;
  const rest = cut ? `\n<p>… the rest is left out here; ${visibleText(allowance.whole)} …</p>` : '';
  return trustHtml(`<pre>${visibleText(cutEnd(source, allowance.longest))}</pre>${rest}`);
}

/** Longer texts are not prose: pasted logs, generated data. In characters. */
const LONGEST_TEXT = 200_000;
/** A longer line costs the inline parser more than its length. */
const LONGEST_LINE = 20_000;

/**
 * What makes a parser slow: very long text or lines, deep quotes, and thousands of delimiters in one paragraph. A pure
 * function of the text, so that every machine renders the same.
 */
export function isTooCostly(source: string): boolean {
  if (source.length > LONGEST_TEXT) return true;
  if (source.length <= LONGEST_LINE / 4) return DEEP_QUOTE.test(source);
  let delimiters = 0;
  let inText = 0;
  let lineStart = 0;
  for (let i = 0; i < source.length; i++) {
    const c = source.charCodeAt(i);
    if (c !== NEWLINE) {
      if (DELIMITERS.has(c) && (++delimiters > MOST_DELIMITERS || ++inText > MOST_IN_TEXT)) return true;
    } else {
      if (i - lineStart > LONGEST_LINE) return true;
      if (i === lineStart) delimiters = 0;
      lineStart = i + 1;
    }
  }
  return source.length - lineStart > LONGEST_LINE || DEEP_QUOTE.test(source);
}

const NEWLINE = 10;
/** Quotes and lists that open thirty levels on one line. */
const DEEP_QUOTE = /^(?:[ \t]*[>*+-]){30}/m;
/** Of one paragraph, or of lines without an empty one between them. */
const MOST_DELIMITERS = 5_000;
const MOST_IN_TEXT = 60_000;

const DELIMITERS: ReadonlySet<number> = new Set([...'[]()*_`~<!\\'].map((c) => c.charCodeAt(0)));

/** Anything that Markdown or the link finder could act on; text without it needs no parser. */
const SPECIAL = /[\\`*_{}[\]<>#+\-!|~&:@=\t]|\d[.)]|^ {4}|www\.|\w\.\w/m;

function plainParagraphs(source: string, options: MarkdownOptions): SafeHtml {
  const paragraphs = source.trim().split(/\n\s*\n/);
  const lineBreak = options.breaks ? '<br>\n' : '\n';
  const pieces = paragraphs.map((one) => `<p>${visibleText(one.trim()).replace(/ *\n */g, lineBreak)}</p>`);
  // Paragraph tags around escaped text.
  return trustHtml(source.trim() === '' ? '' : pieces.join('\n'));
}

const parser = new MarkdownIt({ html: false, linkify: true, breaks: false, typographer: false, maxNesting: 40 });

/** What a viewer makes of a text that runs its HTML, loads its pictures and follows any address. */
export interface ViewedMarkdown {
  readonly tokens: readonly Token[];
  /** It names addresses for others of its words, and for those of any text beside it. */
  readonly defines: boolean;
}

export function parseAsViewers(source: string): ViewedMarkdown {
  const env: { references?: Record<string, never> } = {};
  const tokens = viewers.parse(source, env);
  return { tokens, defines: Object.keys(env.references ?? {}).length > 0 };
}

const viewers = new MarkdownIt({ html: true, maxNesting: 40 });
viewers.validateLink = () => true;

/** Characters of code that get colours in one text. */
const MOST_CODE = 48_000;

interface Context extends MarkdownOptions {
  readonly allowance: Allowance;
  codeLeft: number;
  /** Levels of the headings open above the current place, as written. */
  headings: number[];
  /** For each open link: whether it became an `<a>`. */
  links: boolean[];
  /** The text of a task behind its mark, which is shown in another way. */
  task: { readonly token: Token; readonly text: string } | undefined;
}

function openContext(options: MarkdownOptions, allowance: Allowance): Context {
  return { ...options, allowance, codeLeft: MOST_CODE, headings: [], links: [], task: undefined };
}

type Rule = (token: Token, context: Context, tokens: readonly Token[], index: number) => string;

function renderBlocks(tokens: readonly Token[], context: Context): SafeHtml {
  let out = '';
  for (const [index, token] of tokens.entries()) {
    if (token.hidden) out += token.nesting === -1 ? '\n' : '';
    else if (token.type === 'inline') out += renderInline(token.children ?? [], context);
    else out += (BLOCKS[token.type] ?? asText)(token, context, tokens, index);
  }
  // Every rule below yields constant tags, escaped text, and addresses that findLinkTarget let through.
  return trustHtml(out);
}

function renderInline(tokens: readonly Token[], context: Context): string {
  let out = '';
  for (const [index, token] of tokens.entries()) out += (INLINES[token.type] ?? asText)(token, context, tokens, index);
  return out;
}

function asText(token: Token): string {
  return visibleText(token.content);
}

function constant(open: string): Rule {
  return () => open;
}

const INLINES: Readonly<Record<string, Rule>> = {
  text: (token, { task }) => (task?.token === token ? visibleText(task.text) : asText(token)),
  text_special: asText,
  code_inline: (token) => `<code>${visibleText(token.content)}</code>`,
  softbreak: (_, context) => (context.breaks ? '<br>\n' : '\n'),
  hardbreak: constant('<br>\n'),
  strong_open: constant('<strong>'),
  strong_close: constant('</strong>'),
  em_open: constant('<em>'),
  em_close: constant('</em>'),
  s_open: constant('<s>'),
  s_close: constant('</s>'),
  link_open: (token, context) => {
    const target = findLinkTarget(attribute(token, 'href'));
    context.links.push(target !== undefined);
    if (target === undefined) return '';
    const title = attribute(token, 'title');
    return `<a href="${visibleAttribute(target)}" rel="${FOREIGN_REL}"${title === '' ? '' : ` title="${visibleAttribute(title)}"`}>`;
  },
  link_close: (_, context) => (context.links.pop() === true ? '</a>' : ''),
  image: (token, context) => {
    const label = visibleText(token.content === '' ? 'image' : token.content);
    const target = findLinkTarget(attribute(token, 'src'));
    // Inside a link the image's own address is dropped: links do not nest.
    if (target === undefined || context.links.includes(true)) return `[${label}]`;
    return `<a href="${visibleAttribute(target)}" rel="${FOREIGN_REL}">[image: ${label}]</a>`;
  },
};

const BLOCKS: Readonly<Record<string, Rule>> = {
  paragraph_open: constant('<p>'),
  paragraph_close: constant('</p>\n'),
  heading_open: (token, context) => `<h${openHeading(token, context)}>`,
  heading_close: (_, context) => `</h${headingLevel(context)}>\n`,
  bullet_list_open: constant('<ul>\n'),
  bullet_list_close: constant('</ul>\n'),
  ordered_list_open: (token) => {
    const start = attribute(token, 'start');
    return /^\d{1,9}$/.test(start) ? `<ol start="${start}">\n` : '<ol>\n';
  },
  ordered_list_close: constant('</ol>\n'),
  list_item_open: (_, context, tokens, index) => `<li>${taskMark(tokens, index, context)}`,
  list_item_close: constant('</li>\n'),
  blockquote_open: constant('<blockquote>\n'),
  blockquote_close: constant('</blockquote>\n'),
  hr: constant('<hr>\n'),
  fence: (token, context) => {
    context.codeLeft -= token.content.length;
    const language = context.codeLeft < 0 ? '' : (token.info.trim().split(/[\s{,]/, 1)[0] ?? '');
    return renderCode(token.content, language, context);
  },
  code_block: (token, context) => renderCode(token.content, '', context),
  table_open: (_, context) =>
    context.bare ? '<table>\n' : '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>\n',
  table_close: (_, context) => (context.bare ? '</table>\n' : '</table></div>\n'),
  thead_open: constant('<thead>\n'),
  thead_close: constant('</thead>\n'),
  tbody_open: constant('<tbody>\n'),
  tbody_close: constant('</tbody>\n'),
  tr_open: constant('<tr>'),
  tr_close: constant('</tr>\n'),
  th_open: (token, context) => `<th${alignment(token, context)}>`,
  th_close: constant('</th>'),
  td_open: (token, context) => `<td${alignment(token, context)}>`,
  td_close: constant('</td>'),
};

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '');
}

function alignment(token: Token, context: Context): string {
  if (context.bare) return '';
  const style = attribute(token, 'style');
  return style.includes('right') ? ' class="right"' : style.includes('center') ? ' class="center"' : '';
}

/** Headings start at h3 and never skip a level, whatever the text does. */
function openHeading(token: Token, context: Context): number {
  const written = Number(token.tag.slice(1));
  context.headings = context.headings.filter((level) => level < written);
  context.headings.push(written);
  return headingLevel(context);
}

function headingLevel(context: Context): number {
  return Math.min(2 + context.headings.length, 6);
}

/** `[ ]` and `[x]` at the start of a list item: a mark stands in its place. Tokens stay as they are: they are rendered twice. */
function taskMark(tokens: readonly Token[], index: number, context: Context): string {
  const inline = tokens[index + 2];
  const first = inline?.type === 'inline' ? inline.children?.[0] : undefined;
  const match = first?.type === 'text' ? /^\[([ xX])\](?: |$)/.exec(first.content) : null;
  if (first === undefined || match === null) return '';
  context.task = { token: first, text: first.content.slice(match[0].length) };
  const done = match[1] !== ' ';
  if (context.bare) return done ? '☑ ' : '☐ ';
  return `<span class="task ${done ? 'done' : 'open'}" role="img" aria-label="${done ? 'done' : 'to do'}"></span> `;
}
