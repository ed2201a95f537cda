/** What an agent's format is: its rules, what it remembers, and how it makes records of values. */
/** All that an importer has to say; lines, growth and states are the same for every agent and live in session.ts. */

import type { JsonObject } from '../../base/json.ts';
import type { Meta } from '../../model/conversation.ts';
import type { Conversation, Rules } from './assembly/building.ts';
import type { Reading } from './reading.ts';

/**
 * One agent's format. `S` is what it has to remember from record to record: plain JSON, never changed in place, so that what
 * it was at any line is still there when reading goes on from that line in another run.
 */
export interface Format<S> {
  readonly rules: Rules;
  /** What it remembers before the first record. */
  readonly start: S;
  /** Takes the next value and hands its records to `reading`. Returns what it remembers from then on. */
  readonly take: (state: S, value: JsonObject, reading: Reading) => S;
  /** What this value means is told by the next one (`reading.next`): at the end of a source that may grow it waits. */
  readonly waits?: (state: S, value: JsonObject) => boolean;
  /** Of a document that lists its records (`Importer.list`): what is taken before them and behind them. */
  readonly document?: DocumentForm;
  /** Session that has to be read before this one, as far as is known. */
  readonly after?: (state: S) => string | undefined;
  /** What it says of a conversation that was touched, beside what its records' facts say. */
  readonly describe?: (state: S, conversation: Conversation, reading: Reading) => Described;
}

export interface DocumentForm {
  /** The record that stands beside the list. */
  readonly head?: (beside: JsonObject) => unknown;
  /** What proves that nothing more comes. */
  readonly end?: JsonObject;
}

export interface Described {
  readonly meta?: Meta;
  /** Key of the turn whose tool call started this sub-agent: `reading.toolKey`. */
  readonly startedBy?: string;
}
