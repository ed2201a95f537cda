/** A turn as Markdown: a prompt quoted, an answer as it was written, each call in one line. What tools gave back is left out. */
/** For the file that a reader takes along: the same turns as on the page, in a form that other programs read. */

import { shortId } from '../../../model/ids.ts';
import type { Item, Part, ToolCallPart, ToolCallResponsePart } from '../../../model/item.ts';
import { onlyResponse, type Row } from '../../view/rows.ts';
import { fullAllowance } from '../allowance.ts';
import { plainName } from '../names.ts';
import { noteLabel } from '../system-notes.ts';
import { findLinkTarget } from '../text/links.ts';
import { cutEnd } from '../text/long-text.ts';
import { plainTitle } from '../text/plain-title.ts';
import { countChanges } from '../tools/change-count.ts';
import { shortenPaths } from '../tools/short-paths.ts';
import { viewCall } from '../tools/tool-kinds.ts';
import type { AnsweringTurn } from '../turn.ts';
import { portableText } from './portable-text.ts';
import { portableCode, portableWords } from './portable-words.ts';

/** Blocks with an empty line between them; empty: nothing was said, and no tool was called. */
export function turnMarkdown({ turn, answers }: Row<AnsweringTurn>, folders: readonly string[]): string {
  const { item } = turn;
  if (item.role === 'tool') return item.parts.flatMap((part) => besideWords(part)).join('\n\n');
  if (item.role === 'system') return noteMarkdown(item);
  const whole = `turnpress show ${shortId(turn.hash)} --full shows the whole`;
  let markdown = '';
  let before: Part['type'] | undefined;
  for (const part of item.parts) {
    const block =
      part.type === 'tool_call'
        ? callMarkdown(part, answers, folders)
        : part.type === 'text'
          ? said(part.content, item, whole)
          : besideWords(part).join('');
    if (block === '') continue;
    const between = before === 'tool_call' && part.type === 'tool_call' ? '\n' : '\n\n';
    markdown += markdown === '' ? block : between + block;
    before = part.type;
  }
  return markdown;
}

function said(content: unknown, { role }: Item, whole: string): string {
  if (typeof content !== 'string' || content.trim() === '') return '';
  const text = portableText(content, whole);
  return role === 'user' ? text.replace(/^(?=.)/gm, '> ').replace(/^$/gm, '>') : text;
}

/** `- **Edit** `src/clock.ts` +3 −1`, and what went wrong. */
function callMarkdown(call: ToolCallPart, answers: Row<AnsweringTurn>['answers'], folders: readonly string[]): string {
  const turn = answers.get(call.id);
  const answer = turn === undefined ? undefined : onlyResponse(turn.item);
  const { detail } = viewCall(shortenPaths(call, folders), fullAllowance(), answer);
  const asked = plainName(cutEnd(detail, LONGEST_DETAIL));
  let [added, removed] = [0, 0];
  for (const change of countChanges(call, answer)) {
    added += change.added;
    removed += change.removed;
  }
  const facts = [
    asked === '' ? '' : portableCode(asked),
    added === 0 ? '' : `+${added}`,
    removed === 0 ? '' : `\u2212${removed}`,
    stateOf(answer),
  ].filter((fact) => fact !== '');
  return [`- **${portableWords(plainName(call.name, 80)) || 'Tool'}**`, ...facts].join(' ');
}

const LONGEST_DETAIL = 300;

function stateOf(answer: ToolCallResponsePart | undefined): string {
  if (answer === undefined || answer.status === 'ok') return '';
  const exit = typeof answer.exit_code === 'number' ? `, exit ${answer.exit_code}` : '';
  return answer.status === 'cancelled' ? '(cancelled)' : `(failed${exit})`;
}

function noteMarkdown(item: Item): string {
  const words = item.parts.map((part) => (part.type === 'text' ? part.content : '')).join(' ');
  const line = portableWords(plainTitle(words, 200));
  return `*${noteLabel(item)}${line === '' ? '' : `: ${line}`}*`;
}

/** Pictures, files and addresses. */
function besideWords(part: Part): readonly string[] {
  if (part.type === 'blob') return [`*\\[${portableWords(plainName(part.name ?? part.modality, 200))}\\]*`];
  if (part.type !== 'uri') return [];
  const target = findLinkTarget(part.uri);
  return target === undefined ? [] : [`<${target}>`];
}
