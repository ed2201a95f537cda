/** Prompts that were typed while the agent worked: the queue's own records, which have no uuid. */
/** A prompt taken out in the middle of the work is often written nowhere else, and no prompt may be lost or told twice. */

import type { JsonObject } from '../../../base/json.ts';
import { hash48 } from '../../kit/tree/tree.ts';
import { textOf } from './records.ts';
import { type ClaudeState, MOST, type QueuedPrompt } from './state.ts';

/**
 * Takes a `queue-operation`. `handed`: the prompt that went to the working agent (`remove`). One that is dequeued comes as a
 * record of its own, one that is popped goes back to the editor.
 */
export function onQueueOperation(
  state: ClaudeState,
  value: JsonObject,
): { readonly state: ClaudeState; readonly handed?: QueuedPrompt } {
  const text = textOf(value.content);
  const { queue } = state;
  switch (value.operation) {
    case 'enqueue': {
      if (text === undefined || text.trim() === '') return { state };
      const queued = { text, time: textOf(value.timestamp) ?? '', session: textOf(value.sessionId) ?? '' };
      return { state: { ...state, queue: [...queue, queued].slice(-MOST) } };
    }
    case 'dequeue':
      return { state: { ...state, queue: without(queue, text === undefined ? 0 : indexOf(queue, text)) } };
    case 'popAll':
      return { state: { ...state, queue: [] } };
    case 'remove': {
      const at = text === undefined ? indexOfHanded(queue) : indexOf(queue, text);
      const handed = queue[at];
      if (handed === undefined) return { state };
      const doubtful = text === undefined && queue.length > 1;
      const guessed = doubtful ? [...state.guessed, handed.text.trim()].slice(-8) : state.guessed;
      return { state: { ...state, queue: without(queue, at), guessed }, handed };
    }
    default:
      return { state };
  }
}

/** A prompt came as a record of its own. `told`: it was taken for one that had left the queue, and stands already. */
export function onTypedPrompt(
  state: ClaudeState,
  text: string,
): { readonly state: ClaudeState; readonly told: boolean } {
  const at = indexOf(state.queue, text);
  if (at !== -1) return { state: { ...state, queue: without(state.queue, at) }, told: false };
  if (!state.guessed.includes(text)) return { state, told: false };
  return { state: { ...state, guessed: without(state.guessed, state.guessed.indexOf(text)) }, told: true };
}

/** Native id that stands in for the missing uuid: session, time and text make it the same in every reading. */
export function queuedId(queued: QueuedPrompt): string {
  return `${queued.session.slice(0, 64)}:queued:${queued.time.slice(0, 40)}:${hash48(queued.text).toString(16)}`;
}

/** What the client does itself: it never goes to the model as words. */
export function isClientCommand(text: string): boolean {
  return /^\/[a-z][\w:-]*(?:\s|$)/i.test(text.trim());
}

/** Without a name it is the first that a person typed: a program's notices wait until the agent has nothing to do. */
function indexOfHanded(queue: readonly QueuedPrompt[]): number {
  const typed = queue.findIndex(
    ({ text }) => !text.trimStart().startsWith('<task-notification>') && !isClientCommand(text),
  );
  return typed === -1 ? 0 : typed;
}

function indexOf(queue: readonly QueuedPrompt[], text: string): number {
  return queue.findIndex((queued) => queued.text.trim() === text.trim());
}

function without<T>(list: readonly T[], at: number): readonly T[] {
  return at === -1 ? list : list.toSpliced(at, 1);
}
