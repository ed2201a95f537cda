/** Text from outside as HTML in which nothing is hidden: bidi controls, zero-width and tag characters become badges. */
/** A reader must see what an agent saw (Trojan Source, smuggled prompts); joiners that scripts and emoji need stay. */

import { escapeHtml, type SafeHtml, trustHtml } from '../../../base/html.ts';

/** Escaped for element content, hidden characters shown as badges. */
export function visibleText(value: string): SafeHtml {
  return showHidden(escapeHtml(value));
}

/** Escaped for a double-quoted attribute, hidden characters spelled `[U+202E]`. One line. */
export function visibleAttribute(value: string): SafeHtml {
  return escapeHtml(spellHidden(value).replace(/\s+/g, ' '));
}

/** Plain text with hidden characters spelled `[U+202E]`. */
export function spellHidden(value: string): string {
  return HIDDEN.test(value) ? replaceHidden(value, (name) => `[${name}]`) : value;
}

/** Badges in HTML that is already safe. Its attribute values must come from `visibleAttribute` or hold ASCII only. */
export function showHidden(safe: SafeHtml): SafeHtml {
  // The badge is a constant with a code point's digits in it: safe HTML in, safe HTML out.
  return HIDDEN.test(safe) ? trustHtml(replaceHidden(safe, badge)) : safe;
}

/** One test decides for most text; it has no flag g, so it keeps no position. */
const HIDDEN =
  /[\ufe00-\ufe0f]|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\u034f/u;

/** What is kept stands first: flags spelled with tags, one emoji or text selector, joiners between what they join. */
const KEPT_OR_HIDDEN = new RegExp(
  [
    String.raw`\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{2,6}\u{e007f}`,
    String.raw`(?<=[\p{Emoji}\p{So}\p{Sm}\p{Script=Han}])[\ufe00-\ufe0f](?![\ufe00-\ufe0f])`,
    String.raw`(?<=[\p{Extended_Pictographic}\p{EMod}\ufe0f])\u200d(?=\p{Extended_Pictographic})`,
    String.raw`(?<=${joining()})[\u200c\u200d]+(?=${joining()}|\s|$)`,
    String.raw`(?<=\p{Script=Han})[\u{e0100}-\u{e01ef}]`,
    `(${HIDDEN.source})`,
  ].join('|'),
  'gu',
);

/** Scripts whose spelling needs ZWJ and ZWNJ. */
function joining(): string {
  const scripts =
    'Arabic Syriac Nko Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar';
  return `[\\p{Mn}${scripts
    .split(' ')
    .map((script) => `\\p{scx=${script}}`)
    .join('')}]`;
}

function replaceHidden(value: string, show: (name: string) => string): string {
  return value.replace(KEPT_OR_HIDDEN, (match, hidden: string | undefined) =>
    hidden === undefined ? match : show(codePointName(hidden)),
  );
}

function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function badge(name: string): string {
  return `<span class="hidden-char" title="Hidden character ${name}">${name}</span>`;
}
