/** JSON of tools nobody told us about, as a person can read it. */
/** Long strings stand as text with their line breaks, not as one line full of \n. */

import { type SafeHtml, trustHtml } from '../../../base/html.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { prettyJson } from '../../../base/pretty-json.ts';
import type { Allowance } from '../allowance.ts';
import { scrollBlock } from '../code.ts';
import { cutEnd, cutMiddle, leftOutSentence, restSentence } from '../text/long-text.ts';
import { visibleText } from '../text/visible-text.ts';

/** Any JSON value as a block, or as a list of names and values when a value has several lines. */
export function renderJson(value: JsonValue, label: string, allowance: Allowance): SafeHtml {
  return isJsonObject(value) && Object.values(value).some(isLongText)
    ? renderMembers(value, allowance)
    : scrollBlock('json', label, renderPretty(value, allowance));
}

/** In characters. */
const LONGEST_NAME = 400;

/** All values together are as long as one text may be. */
function renderMembers(value: JsonObject, allowance: Allowance): SafeHtml {
  const members = Object.entries(value);
  let rows = '';
  let longest = allowance.longest;
  for (const [i, [name, member]] of members.entries()) {
    if (longest <= 0) {
      rows += `<dt>…</dt><dd>${leftOutSentence(members.length - i, allowance, 'argument')}</dd>`;
      break;
    }
    const cell = renderCell(member, { ...allowance, longest });
    rows += `<dt>${visibleText(cutEnd(name, LONGEST_NAME))}</dt><dd>${cell}</dd>`;
    longest -= Math.min(name.length, LONGEST_NAME) + cell.length;
  }
  return trustHtml(`<dl class="arguments">${rows}</dl>`);
}

function isLongText(value: JsonValue): boolean {
  return typeof value === 'string' && value.includes('\n');
}

function renderCell(value: JsonValue, allowance: Allowance): SafeHtml {
  if (typeof value !== 'string') return trustHtml(`<code>${renderPretty(value, allowance)}</code>`);
  const text = cutMiddle(value, visibleText, allowance);
  return trustHtml(isLongText(value) ? `<div class="plain">${text}</div>` : `<code>${text}</code>`);
}

function renderPretty(value: JsonValue, allowance: Allowance): SafeHtml {
  const { text, whole } = prettyJson(value, allowance.longest);
  if (whole) return visibleText(text);
  const rest = restSentence(JSON.stringify(value).length, allowance);
  return trustHtml(`${visibleText(text)}\n<span class="cut">${rest}</span>\n`);
}
