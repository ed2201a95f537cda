/** What one line of a Claude Code session is for the builder: a line of a message, a prompt, a result, a note, or bookkeeping. */
/** Pure: decides from the record alone, so that reading in pieces decides the same. */

import type { ImportedBlob } from '../../kit/importer.ts';
import type { AgentRecord, Draft, Facts } from '../../kit/record.ts';
import { hash48 } from '../../kit/tree/tree.ts';
import { messageLine } from './messages.ts';
import { commandDraft, note, readUserBlocks, type UserReading } from './prompts.ts';
import { blocksOf, type ChainRecord, contentOf, messageOfRecord, textOf } from './records.ts';
import { type ReadOutput, responseDraft } from './results.ts';
import { noteDraftsOf, readAttachment } from './system.ts';

export interface EntryTools {
  /** Counts what is dropped on purpose. */
  readonly count: (kind: string) => void;
  /** Reads a large output that stands in a file beside the session. */
  readonly readOutput: ReadOutput;
}

export function recordOf(record: ChainRecord, chain: string, tools: EntryTools): AgentRecord {
  const blobs: ImportedBlob[] = [];
  const mark = replayMark(record);
  const base = {
    id: record.uuid,
    parent: record.parent,
    chain,
    timeMs: record.timeMs,
    line: record.line,
    facts: factsOf(record),
    blobs,
    ...(record.logicalParent === undefined ? {} : { joins: record.logicalParent }),
    ...(mark === undefined ? {} : { mark }),
  };
  return { ...base, ...readRecord(record, blobs, tools) };
}

type Said = Pick<AgentRecord, 'kind' | 'drafts' | 'message' | 'ends' | 'opens' | 'completes' | 'anchors'>;

const NOTHING: Said = { kind: 'nothing', drafts: [] };

function readRecord(record: ChainRecord, blobs: ImportedBlob[], tools: EntryTools): Said {
  switch (record.type) {
    case 'assistant':
      return readAssistant(record, tools);
    case 'user':
      return readUser(record, blobs, tools);
    case 'system':
      return readSystem(record, blobs, tools);
    case 'attachment': {
      const reading = readAttachment(record, blobs);
      const said = reading === undefined ? notes(noteDraftsOf(record, blobs), false) : saidOf(reading, false, tools);
      // never a rewind, whatever it hangs on: it was typed while the agent worked
      return said.kind === 'prompt' ? { ...said, kind: 'event' } : said;
    }
    default:
      return NOTHING;
  }
}

function readAssistant(record: ChainRecord, tools: EntryTools): Said {
  const message = messageOfRecord(record);
  if (message.model === '<synthetic>') return notes(clientText(record), true);
  const line = messageLine(message, textOf(record.raw.requestId) ?? record.uuid, tools.count);
  return { kind: 'message', drafts: [], message: line };
}

function readUser(record: ChainRecord, blobs: ImportedBlob[], tools: EntryTools): Said {
  const content = contentOf(record);
  const results = content.filter((block) => block.type === 'tool_result');
  const said = content.filter((block) => block.type !== 'tool_result');
  const compactSummary = record.raw.isCompactSummary === true;
  const hidden = record.raw.isVisibleInTranscriptOnly === true && !compactSummary;
  const meta = record.raw.isMeta === true || hidden;
  const reading =
    said.length === 0 && content.length > 0 ? undefined : readUserBlocks(said, { meta, compactSummary }, blobs);
  const ends = record.raw.isMeta !== true;
  if (results.length === 0) {
    if (compactSummary) return summaryOf(record);
    return reading === undefined ? NOTHING : saidOf(reading, ends, tools);
  }
  const facts = results.length === 1 ? record.raw.toolUseResult : undefined;
  const drafts = results.map((block) => responseDraft(block, facts, tools.readOutput, blobs));
  return { kind: 'result', drafts: [...drafts, ...draftsOf(reading)] };
}

function readSystem(record: ChainRecord, blobs: ImportedBlob[], tools: EntryTools): Said {
  const { subtype } = record.raw;
  const ends = ENDING.has(textOf(subtype) ?? '');
  if (subtype === 'compact_boundary') return { ...notes(noteDraftsOf(record, blobs), true), opens: 'boundary' };
  const content = subtype === 'local_command' ? textOf(record.raw.content) : undefined;
  if (content === undefined) return notes(noteDraftsOf(record, blobs), ends);
  const reading = readUserBlocks(blocksOf(content), { meta: false, compactSummary: false }, blobs);
  return saidOf(reading, ends, tools);
}

/** What a reading means: who typed it, and whether more of it follows. */
function saidOf(reading: UserReading, ends: boolean, tools: EntryTools): Said {
  const drafts = draftsOf(reading);
  switch (reading.what) {
    case 'collapsed':
      tools.count(reading.as);
      return NOTHING;
    case 'command':
      return { kind: 'event', drafts, ends, opens: 'command', anchors: true };
    case 'output':
      return { kind: 'event', drafts, ends, completes: { tag: 'command', instead: false }, anchors: true };
    default:
      return { kind: drafts.some(({ kind }) => kind === 'prompt') ? 'prompt' : 'event', drafts, ends };
  }
}

function summaryOf(record: ChainRecord): Said {
  const text = contentOf(record)
    .map((block) => textOf(block.text) ?? '')
    .join('\n\n');
  const drafts = [note('compaction', text.trim() === '' ? 'Conversation compacted' : text)];
  return { kind: 'event', drafts, ends: true, completes: { tag: 'boundary', instead: text.trim() !== '' } };
}

function draftsOf(reading: UserReading | undefined): readonly Draft[] {
  if (reading === undefined || reading.what === 'collapsed') return [];
  if (reading.what === 'drafts') return reading.drafts;
  return reading.what === 'output'
    ? [commandDraft(undefined, reading.output)]
    : [commandDraft(reading.command, undefined)];
}

function notes(drafts: readonly Draft[], ends: boolean): Said {
  return { kind: drafts.length === 0 ? 'nothing' : 'event', drafts, ends };
}

/** Text that the client put where the model's would stand. */
function clientText(record: ChainRecord): readonly Draft[] {
  const text = contentOf(record)
    .map((block) => textOf(block.text) ?? '')
    .join('\n')
    .trim();
  if (text === '') return [];
  return [note(record.raw.isApiErrorMessage === true ? 'error' : 'notice', text)];
}

function factsOf({ raw, session }: ChainRecord): Facts {
  const version = textOf(raw.version);
  const cwd = textOf(raw.cwd);
  const gitBranch = textOf(raw.gitBranch);
  return {
    ...(session === undefined ? {} : { session }),
    ...(version === undefined ? {} : { version }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(gitBranch === undefined ? {} : { gitBranch }),
  };
}

/** Two records of one kind with the same parent, time and content are one: a compaction wrote it again. */
function replayMark(record: ChainRecord): string | undefined {
  if (record.timeMs === null || (record.type !== 'user' && record.type !== 'assistant')) return undefined;
  let content = '';
  for (const block of contentOf(record)) {
    const text = textOf(block.text) ?? textOf(block.thinking) ?? '';
    const id = textOf(block.id) ?? textOf(block.tool_use_id) ?? '';
    content += `${block.type} ${id} ${text.length} ${text.slice(0, 200)}\n`;
  }
  const message = textOf(messageOfRecord(record).id) ?? '';
  return `replay:${record.type} ${record.parent} ${record.timeMs} ${message} ${hash48(content)}`;
}

/** System records that end a message: the client writes them when the model has nothing more to say. */
const ENDING = new Set([
  'turn_duration',
  'stop_hook_summary',
  'compact_boundary',
  'api_error',
  'local_command',
  'away_summary',
]);
