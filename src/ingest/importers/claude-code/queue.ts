/** Prompts that were typed while the agent worked: the queue's own records, which have no uuid. */
/** A prompt taken out in the middle of the work is often written nowhere else, and no prompt may be lost. */

import type { JsonObject } from '../../../base/json.ts';
import { textOf } from './records.ts';
import type { QueuedPrompt, Session } from './session.ts';
import { hash48 } from './tree.ts';

/**
 * Takes a `queue-operation`. Yields the prompt that was handed to the working agent (`remove`). One that is dequeued
 * comes as a record of its own, one that is popped goes back to the editor.
 */
export function onQueueOperation(session: Session, value: JsonObject): QueuedPrompt | undefined {
  const text = textOf(value.content);
  const before = session.queue;
  switch (value.operation) {
    case 'enqueue': {
      if (text === undefined || text.trim() === '') return undefined;
      const queued = { text, time: textOf(value.timestamp) ?? '', session: textOf(value.sessionId) ?? '' };
      session.queue = [...before, queued].slice(-256);
      return undefined;
    }
    case 'dequeue':
      session.queue = before.slice(1);
      return undefined;
    case 'popAll':
      session.queue = [];
      return undefined;
    case 'remove': {
      const named = text === undefined ? 0 : before.findIndex((queued) => queued.text === text);
      const at = named === -1 ? 0 : named;
      session.queue = before.toSpliced(at, 1);
      return before[at];
    }
    default:
      return undefined;
  }
}

/** Native id that stands in for the missing uuid: session, time and text make it the same in every reading. */
export function queuedKey(queued: QueuedPrompt): string {
  return `${queued.session.slice(0, 64)}:queued:${queued.time.slice(0, 40)}:${hash48(queued.text).toString(16)}`;
}
