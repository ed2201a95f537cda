/** What a tool call looks like before it is HTML: its line and what folds out; and the look of one that no row knows. */
/** Shared by the rows of tool-kinds.ts. */

import { type SafeHtml, trustHtml } from '../../../base/html.ts';
import { isJsonObject, type JsonValue } from '../../../base/json.ts';
import type { Allowance } from '../allowance.ts';
import { scrollBlock } from '../code.ts';
import { cutEnd, cutMiddle } from '../text/long-text.ts';
import { visibleText } from '../text/visible-text.ts';
import { renderJson } from './json-view.ts';

/** Members below `detail` may be made when they are asked for: feeds ask for the line alone. Read each once. */
export interface CallView {
  /** What the call is about, plain text of one line: a command, a path, a pattern. Empty when nothing is known. */
  readonly detail: string;
  /** Behind the detail: ranges, counts. */
  readonly more?: SafeHtml | undefined;
  /** What folds out. Absent: the line says all. */
  readonly body?: SafeHtml | undefined;
  readonly open?: boolean;
}

/** The first line of a text. */
export function oneLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

/** A word behind the detail. */
export function moreOf(text: string): SafeHtml {
  return trustHtml(` <span class="more">${visibleText(cutEnd(text, LONGEST_MORE))}</span>`);
}

/** Characters of what stands behind a detail, or on one line of a list. */
export const LONGEST_MORE = 1_000;

/** The first short text among the arguments as detail, all of them folded. */
export function viewJson(given: JsonValue | undefined, allowance: Allowance): CallView {
  if (given === null || given === undefined) return { detail: '' };
  if (typeof given === 'string') {
    return {
      detail: oneLine(given).slice(0, 120),
      get body() {
        return scrollBlock('json', 'Arguments', cutMiddle(given, visibleText, allowance));
      },
    };
  }
  const members = isJsonObject(given) ? Object.values(given) : undefined;
  if (members?.length === 0) return { detail: '' };
  const short = members?.find((member) => typeof member === 'string' && member.length <= 120);
  return {
    detail: typeof short === 'string' ? oneLine(short) : '',
    get body() {
      return renderJson(given, 'Arguments', allowance);
    },
  };
}
