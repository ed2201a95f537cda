/** What one record is before it has a place: a line, a prompt, output, the end of something, or bookkeeping. */
/** Pure: decides from the record alone, so that reading in pieces decides the same. */

import type { ImportedBlob } from '../../kit/importer.ts';
import { joinLine, newMessage } from './messages.ts';
import { commandDraft, type Draft, note, readUserBlocks } from './prompts.ts';
import { blocksOf, type ChainRecord, contentOf, messageOfRecord, textOf } from './records.ts';
import type { Entry, Open } from './session.ts';
import { noteDraftsOf, readAttachment } from './system.ts';
import { hash48 } from './tree.ts';

export function readEntry(record: ChainRecord): Entry {
  const blobs: ImportedBlob[] = [];
  if (record.type === 'attachment') return { record, reading: readAttachment(record, blobs), blobs };
  if (record.type === 'system') {
    const content = record.raw.subtype === 'local_command' ? textOf(record.raw.content) : undefined;
    const flags = { meta: false, compactSummary: false };
    const reading = content === undefined ? undefined : readUserBlocks(blocksOf(content), flags, blobs);
    return { record, reading, blobs };
  }
  if (record.type !== 'user') return { record, reading: undefined, blobs };
  const content = contentOf(record);
  const said = content.filter((block) => block.type !== 'tool_result');
  if (said.length === 0 && content.length > 0) return { record, reading: undefined, blobs };
  const flags = { meta: record.raw.isMeta === true, compactSummary: record.raw.isCompactSummary === true };
  if (record.raw.isVisibleInTranscriptOnly === true && !flags.compactSummary) flags.meta = true;
  return { record, reading: readUserBlocks(said, flags, blobs), blobs };
}

/** Two records of one kind with the same parent, time and content are one: a compaction wrote it again. */
export function replayMark(record: ChainRecord): string | undefined {
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

export function startsOpen(entry: Entry): Open | undefined {
  const { record, reading } = entry;
  if (isModelLine(record)) {
    const open = newOpen('message', record);
    open.draft = joinLine(open.draft, messageOfRecord(record));
    return open;
  }
  if (record.type === 'system' && record.raw.subtype === 'compact_boundary') return newOpen('boundary', record);
  if (reading?.what !== 'command') return undefined;
  const open = newOpen('command', record);
  open.command = reading.command;
  return open;
}

export function newOpen(what: Open['what'], first: ChainRecord | undefined): Open {
  const messageId = what === 'message' && first !== undefined ? messageIdOf(first) : undefined;
  return { what, first, messageId, lines: [], draft: newMessage(), command: undefined, buffer: [], queued: [] };
}

/** A line of a model message; text that the client made up is none. */
export function isModelLine(record: ChainRecord): boolean {
  return record.type === 'assistant' && messageOfRecord(record).model !== '<synthetic>';
}

export function messageIdOf(record: ChainRecord): string {
  return textOf(messageOfRecord(record).id) ?? textOf(record.raw.requestId) ?? record.uuid;
}

/** Records that prove that the message before them has ended. */
export function endsMessage(entry: Entry): boolean {
  const { record, reading } = entry;
  if (record.type === 'assistant') return true;
  if (record.type === 'system') return ENDING.has(textOf(record.raw.subtype) ?? '');
  if (record.type !== 'user' || record.raw.isMeta === true) return false;
  if (contentOf(record).some((block) => block.type === 'tool_result')) return false;
  return reading !== undefined && reading.what !== 'collapsed';
}

/** Records that never stand between a command and its output, or a boundary and its summary, as a turn. */
export function isBookkeeping(entry: Entry): boolean {
  const { record, reading } = entry;
  if (record.type === 'user') return reading?.what === 'collapsed';
  if (record.type === 'assistant') return false;
  return reading === undefined && noteDraftsOf(record).length === 0 && record.raw.subtype !== 'compact_boundary';
}

export function outputOf(entry: Entry | undefined): string | undefined {
  return entry?.reading?.what === 'output' ? entry.reading.output : undefined;
}

export function readingDrafts(reading: Entry['reading']): readonly Draft[] | undefined {
  if (reading === undefined) return undefined;
  if (reading.what === 'drafts') return reading.drafts;
  if (reading.what === 'output') return [commandDraft(undefined, reading.output)];
  if (reading.what === 'command') return [commandDraft(reading.command, undefined)];
  return [];
}

export function draftText(draft: Draft): string {
  return draft.item.parts
    .map((part) => (part.type === 'text' ? part.content : ''))
    .join('\n')
    .trim();
}

/** Text that the client put where the model's would stand. */
export function clientText(record: ChainRecord): readonly Draft[] {
  const text = contentOf(record)
    .map((block) => textOf(block.text) ?? '')
    .join('\n')
    .trim();
  if (text === '') return [];
  return [note(record.raw.isApiErrorMessage === true ? 'error' : 'notice', text)];
}

const ENDING = new Set([
  'turn_duration',
  'stop_hook_summary',
  'compact_boundary',
  'api_error',
  'local_command',
  'away_summary',
]);
