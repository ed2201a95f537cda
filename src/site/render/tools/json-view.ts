/** JSON of tools nobody told us about, as a person can read it. */
/** Long strings stand as text with their line breaks, not as one line full of \n. */

import { type SafeHtml, trustHtml } from '../../../base/html.ts';
import { isJsonObject, type JsonValue } from '../../../base/json.ts';
import { scrollBlock } from '../code.ts';
import { cutMiddle } from '../text/long-text.ts';
import { visibleText } from '../text/visible-text.ts';

/** Any JSON value as a block, or as a list of names and values when a value has several lines. */
export function renderJson(value: JsonValue, label: string): SafeHtml {
  if (isJsonObject(value) && Object.values(value).some(isLongText)) {
    const rows = Object.entries(value).map(([name, member]) => `<dt>${visibleText(name)}</dt><dd>${cell(member)}</dd>`);
    return trustHtml(`<dl class="arguments">${rows.join('')}</dl>`);
  }
  return scrollBlock('json', label, cutMiddle(prettyJson(value), visibleText));
}

/** Indented by two spaces. */
export function prettyJson(value: JsonValue): string {
  return JSON.stringify(value, null, 2);
}

function isLongText(value: JsonValue): boolean {
  return typeof value === 'string' && value.includes('\n');
}

function cell(value: JsonValue): SafeHtml {
  if (isLongText(value)) return trustHtml(`<div class="plain">${cutMiddle(String(value), visibleText)}</div>`);
  return trustHtml(`<code>${cutMiddle(typeof value === 'string' ? value : prettyJson(value), visibleText)}</code>`);
}
