/** Lists of things to do, as agents keep them: how many are done, and each with its state. */
/** Agents name the states in their own words. */

import { type SafeHtml, trustHtml } from '../../../base/html.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { ToolCallPart } from '../../../model/item.ts';
import type { Allowance } from '../allowance.ts';
import { cutEnd, leftOutSentence } from '../text/long-text.ts';
import { visibleText } from '../text/visible-text.ts';
import { findList, findText } from './arguments.ts';
import { type CallView, LONGEST_MORE, moreOf, oneLine, viewJson } from './call-view.ts';

export function viewTodo({ arguments: given }: ToolCallPart, allowance: Allowance): CallView {
  const list = findList(given, 'todos', 'plan', 'items', 'tasks');
  if (list === undefined) {
    const subject = findText(given, 'subject', 'title', 'content', 'description', 'taskId', 'id');
    const state = findText(given, 'status');
    if (subject === undefined) return viewJson(given, allowance);
    return { detail: oneLine(subject), ...(state === undefined ? {} : { more: moreOf(spell(state)) }) };
  }
  const done = list.filter((entry) => stateOf(entry) === 'done').length;
  const active = list.find((entry) => stateOf(entry) === 'active');
  const now = active === undefined ? '' : labelOf(active);
  return {
    detail: `${done} of ${list.length} done`,
    ...(now === '' ? {} : { more: moreOf(oneLine(now)) }),
    get body() {
      return renderTodos(list, allowance);
    },
  };
}

/** All of them together are as long as one text may be. */
function renderTodos(list: readonly JsonValue[], allowance: Allowance): SafeHtml {
  let items = '';
  for (const [i, entry] of list.entries()) {
    const label = labelOf(entry);
    const state = stateOf(entry);
    items += `<li class="todo ${state}"><span class="task ${state}" role="img" aria-label="${STATES[state]}"></span> ${visibleText(cutEnd(label, LONGEST_MORE))}</li>`;
    if (items.length > allowance.longest && i + 1 < list.length) {
      items += `<li class="todo">${leftOutSentence(list.length - i - 1, allowance, 'entry', 'entries')}</li>`;
      break;
    }
  }
  return trustHtml(`<ul class="todos">${items}</ul>`);
}

function labelOf(entry: JsonValue): string {
  return findText(entry, 'content', 'step', 'title', 'text', 'description', 'subject') ?? '';
}

const STATES = { done: 'done', active: 'in progress', open: 'to do', dropped: 'dropped' } as const;

function stateOf(entry: JsonValue): keyof typeof STATES {
  const state = findText(entry, 'status', 'state') ?? '';
  if (/^(?:completed?|done)$/.test(state)) return 'done';
  if (/^in[_ -]?progress|active|doing$/.test(state)) return 'active';
  return /^(?:cancell?ed|dropped|deleted)$/.test(state) ? 'dropped' : 'open';
}

function spell(state: string): string {
  return state.replaceAll('_', ' ');
}
