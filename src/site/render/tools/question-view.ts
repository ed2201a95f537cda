/** Questions that an agent asks a person: each with its options, and which of them was chosen. */
/** The answer stands in the result of the call, in the words of the agent's program: Claude Code's sentence, or JSON by question. */

import { type SafeHtml, trustHtml } from '../../../base/html.ts';
import { isJsonObject, type JsonValue, parseJson } from '../../../base/json.ts';
import type { ToolCallPart, ToolCallResponsePart } from '../../../model/item.ts';
import type { Allowance } from '../allowance.ts';
import { countOf, cutEnd, leftOutSentence } from '../text/long-text.ts';
import { visibleText } from '../text/visible-text.ts';
import { findList, findText } from './arguments.ts';
import { type CallView, LONGEST_MORE, oneLine } from './call-view.ts';

/** Undefined: the call asks nothing. */
export function findQuestions({ arguments: given }: ToolCallPart): readonly JsonValue[] | undefined {
  const list = findList(given, 'questions');
  return list?.some((one) => findText(one, 'question') !== undefined) === true ? list : undefined;
}

export function viewQuestions(
  questions: readonly JsonValue[],
  answer: ToolCallResponsePart | undefined,
  allowance: Allowance,
): CallView {
  const [first, ...others] = questions;
  const detail =
    others.length > 0 ? countOf(questions.length, 'question') : oneLine(findText(first ?? null, 'question') ?? '');
  return {
    detail,
    get body() {
      return renderQuestions(questions, answersIn(answer?.response), allowance);
    },
    open: true,
  };
}

/** All of them together are as long as one text may be. */
function renderQuestions(questions: readonly JsonValue[], answers: Answers, allowance: Allowance): SafeHtml {
  let html = '';
  for (const [i, question] of questions.entries()) {
    if (html.length > allowance.longest) {
      html += `<p class="notice">${leftOutSentence(questions.length - i, allowance, 'question')}</p>`;
      break;
    }
    html += renderQuestion(question, answers(question), allowance);
  }
  return trustHtml(`<div class="questions">${html}</div>\n`);
}

function renderQuestion(question: JsonValue, said: string, allowance: Allowance): string {
  const options = findList(question, 'options') ?? [];
  let items = '';
  let left = said;
  for (const [i, option] of options.entries()) {
    if (items.length > allowance.longest) {
      items += `<li>${leftOutSentence(options.length - i, allowance, 'option')}</li>`;
      break;
    }
    const label = (typeof option === 'string' ? option : findText(option, 'label', 'title', 'value')) ?? '';
    const more = findText(option, 'description') ?? '';
    const chosen = label !== '' && said.split(', ').includes(label);
    if (chosen) left = '';
    const state = chosen ? 'done' : 'open';
    items += `<li class="option ${state}"><span class="task ${state}" role="img" aria-label="${chosen ? 'chosen' : 'not chosen'}"></span> <strong>${visibleText(cutEnd(label, LONGEST_MORE))}</strong>${more === '' ? '' : ` ${visibleText(cutEnd(more, LONGEST_MORE))}`}</li>`;
  }
  const own = left === '' ? '' : `<p class="said">${visibleText(cutEnd(left, LONGEST_MORE))}</p>`;
  return `<p class="question">${visibleText(cutEnd(findText(question, 'question') ?? '', LONGEST_MORE))}</p><ul class="options">${items}</ul>${own}`;
}

/** What was said to a question; empty: nothing is known. */
type Answers = (question: JsonValue) => string;

function answersIn(response: JsonValue | undefined): Answers {
  const told = typeof response === 'string' ? parseAnswers(response) : response;
  const list = isJsonObject(told) ? told.answers : undefined;
  return (question) => {
    const asked = findText(question, 'question') ?? '';
    if (typeof response === 'string' && !isJsonObject(list)) return answerInSentence(response, asked);
    if (!isJsonObject(list)) return '';
    const found = list[findText(question, 'id') ?? asked] ?? list[asked];
    const texts =
      typeof found === 'string' ? [found] : (findList(found ?? null, 'answers') ?? (Array.isArray(found) ? found : []));
    return texts.filter((each) => typeof each === 'string').join(', ');
  };
}

/** In characters; a person writes less. */
const LONGEST_ANSWERS = 100_000;

function parseAnswers(response: string): JsonValue | undefined {
  if (!response.startsWith('{') || response.length > LONGEST_ANSWERS) return undefined;
  try {
    return parseJson(response);
  } catch {
    // Not JSON after all: a person's own words.
    return undefined;
  }
}

/** `… "Which one?"="The first", "And why?"="Because". You can …` */
function answerInSentence(response: string, asked: string): string {
  const mark = `"${asked}"="`;
  const at = asked === '' ? -1 : response.indexOf(mark);
  if (at === -1) return '';
  const rest = response.slice(at + mark.length);
  const end = rest.search(/"(?:, "|\. |$)/);
  return end === -1 ? '' : rest.slice(0, end);
}
