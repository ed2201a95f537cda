/** Reads a session by the word of one agent's format: values in, turns and meta out. */
/** Lines, documents, broken lines, growth, counts and states are the same for all agents and live here; a format only knows its JSON. */

import { isJsonObject, type JsonValue } from '../../base/json.ts';
import type { Problem } from '../../base/log.ts';
import { endBuilding, GIVEN_UP_MS, isSettled, markSettled, openBuilding, QUIET_MS } from './assembly/builder.ts';
import type { Building, Rules } from './assembly/building.ts';
import type { Format } from './format.ts';
import type { SourceInput, SourceOutput } from './importer.ts';
import { type JsonLine, type JsonLinesEnd, walkJsonLines } from './lines/json-lines.ts';
import { outputOf } from './outcome.ts';
import { openDesk } from './reading.ts';

/** Never throws for bad input. An importer's `read` is this with its format. */
export function readSession<S extends JsonValue>(input: SourceInput, format: Format<S>): SourceOutput {
  const before = input.from === 0 ? undefined : input.state;
  const opened = openBuilding(format.rules, {
    ...input,
    ...(before?.tree === undefined ? {} : { state: before.tree }),
  });
  if (opened === undefined || (input.from > 0 && before?.format === undefined)) return startAgain(input);
  const desk = openDesk(input, opened);
  if (input.kind === 'broken') {
    const message = 'a JSON document that does not end, or is broken; it is read again when the file changes';
    // somebody may be writing it: only one that has come to rest is a problem
    if (input.settle || (input.quietMs ?? 0) >= QUIET_MS) desk.reading.report('BROKEN_DOCUMENT', message);
    return outputOf(desk, format, format.start, { consumed: 0, nextLine: 1, state: {}, waiting: 1 });
  }
  let state = before === undefined ? format.start : (before.format as S);
  const take = (line: JsonLine, next: unknown) => {
    desk.at(line.line, next);
    if (isJsonObject(line.value)) state = format.take(state, line.value, desk.reading);
    else desk.reading.count('not a record');
  };
  let safe = markAt(desk.building, state, input.from, input.firstLine);
  const lines = walkValues(input, format, (problem) => desk.building.problems.push(problem));
  let step = lines.next();
  let held: JsonLine | undefined;
  while (step.done !== true) {
    const { nth, offset, line } = step.value;
    const next = lines.next();
    if (next.done === true && !isLastWord(input, format.rules) && waits(format, state, step.value)) held = step.value;
    // the first record of a line may end what was open and open something itself: reading can start again between the two
    desk.building.onSettled =
      nth > 0
        ? undefined
        : () => {
            safe = markAt(desk.building, state, offset, line);
          };
    if (held === undefined) take(step.value, next.done === true ? undefined : next.value.value);
    step = next;
  }
  desk.building.onSettled = undefined;
  if (format.rules.named === 'by words' && isLastWord(input, format.rules)) endBuilding(desk.building, input);
  if (held !== undefined) {
    if (held.nth === 0 && isSettled(desk.building)) safe = markAt(desk.building, state, held.offset, held.line);
  } else if (isSettled(desk.building)) safe = markAt(desk.building, state, step.value.consumed, step.value.nextLine);
  // The state is made before the end is guessed at: what follows it is not settled.
  const end = { consumed: safe.offset, nextLine: safe.line, state: { tree: safe.tree(), format: safe.format } };
  const waiting = endBuilding(desk.building, input) + (held === undefined ? 0 : 1);
  return outputOf(desk, format, state, { ...end, waiting });
}

/** The values of a source in the order in which they are taken. */
function* walkValues<S>(
  input: SourceInput,
  { document = {} }: Format<S>,
  report: (problem: Problem) => void,
): Generator<JsonLine, JsonLinesEnd, undefined> {
  const isListed = input.kind === 'listed';
  const lines = walkJsonLines(input, report);
  let step = lines.next();
  for (; step.done !== true; step = lines.next()) {
    const { value, offset } = step.value;
    if (!isListed || offset > 0) yield step.value;
    else if (isJsonObject(value) && document.head !== undefined) yield { ...step.value, value: document.head(value) };
  }
  const { consumed, nextLine } = step.value;
  if (isListed && input.goesOn !== true && document.end !== undefined)
    yield { value: document.end, offset: consumed, line: nextLine, nth: 0, of: 1 };
  return step.value;
}

/** Whether nothing more is expected. What is named by its words must not be told too early: it waits until nobody can be at work. */
function isLastWord({ settle, quietMs = 0 }: SourceInput, { named }: Rules): boolean {
  return settle || (named === 'by words' && quietMs >= GIVEN_UP_MS);
}

function waits<S>(format: Format<S>, state: S, { value }: JsonLine): boolean {
  return isJsonObject(value) && format.waits?.(state, value) === true;
}

/** Where reading could start again: the newest line at which nothing was open. */
function markAt<S>(building: Building, format: S, offset: number, line: number) {
  return { offset, line, format, tree: markSettled(building) };
}

/** The state is of another version: nothing is taken, and the source is read from its start. */
function startAgain(input: SourceInput): SourceOutput {
  const message = 'state of the earlier read is of another version; the file is read from its start';
  const problems = [{ code: 'STALE_STATE', file: input.path, message }];
  const nothing = { turns: [], conversations: [], blobs: [], aliases: [], records: {}, waiting: 0 };
  return { ...nothing, consumed: 0, nextLine: 1, state: {}, problems };
}
