/** System and attachment records that a reader wants to see, as notes. */
/** Most of them are telemetry: those yield nothing and are collapsed onto their parent. */

import type { JsonObject, JsonValue } from '../../../base/json.ts';
import type { ImportedBlob } from '../../kit/importer.ts';
import { findImage } from '../../kit/items/images.ts';
import type { Draft } from '../../kit/record.ts';
import { note, readUserBlocks, type UserReading } from './prompts.ts';
import { blocksOf, type ChainRecord, objectOf, textOf } from './records.ts';

/** Notes of a system or attachment record; none for bookkeeping. Blobs of attached images are added to `blobs`. */
export function noteDraftsOf(record: ChainRecord, blobs: ImportedBlob[]): readonly Draft[] {
  if (record.type === 'system') return systemNotes(record);
  if (record.type !== 'attachment') return [];
  const attachment = objectOf(record.raw.attachment);
  return attachment === undefined ? [] : [...attachedText(attachment, blobs), ...attachmentNotes(record)];
}

/** A queued prompt that came as an attachment; undefined for every other attachment. */
export function readAttachment(record: ChainRecord, blobs: ImportedBlob[]): UserReading | undefined {
  const attachment = objectOf(record.raw.attachment);
  if (attachment?.type !== 'queued_command') return undefined;
  const blocks = blocksOf(attachment.prompt);
  const meta = attachment.isMeta === true;
  return blocks.length === 0 ? undefined : readUserBlocks(blocks, { meta, compactSummary: false }, blobs);
}

function systemNotes(record: ChainRecord): readonly Draft[] {
  const { raw } = record;
  const content = textOf(raw.content)?.trim() ?? '';
  switch (raw.subtype) {
    case 'turn_duration':
    case 'microcompact_boundary':
      return [];
    case 'compact_boundary':
      return [note('compaction', content === '' ? 'Conversation compacted' : content)];
    case 'api_error':
      return [note('error', errorText(raw.error) ?? (content === '' ? 'API error' : content))];
    case 'stop_hook_summary':
      return hookText([raw.hookErrors, raw.stopReason]);
    default:
      return content === '' ? [] : [note('notice', content)];
  }
}

function attachmentNotes(record: ChainRecord): readonly Draft[] {
  const attachment = objectOf(record.raw.attachment);
  if (attachment === undefined || textOf(attachment.type)?.startsWith('hook_') !== true) return [];
  const blocking = objectOf(attachment.blockingError);
  return hookText([
    attachment.content,
    attachment.message,
    blocking?.blockingError,
    attachment.stderr,
    attachment.type === 'hook_success' ? undefined : attachment.stdout,
  ]);
}

/** What the agent was shown of files: those that a person attached, and those that changed under its hands. */
function attachedText(attachment: JsonObject, blobs: ImportedBlob[]): readonly Draft[] {
  const name = textOf(attachment.displayPath) ?? textOf(attachment.filename) ?? textOf(attachment.path) ?? 'a file';
  switch (attachment.type) {
    case 'file':
    case 'directory':
    case 'selected_lines_in_ide':
      return attached(`Attached: ${name}`, attachment.content, name, blobs);
    case 'edited_text_file':
      return attached(`Changed since it was read: ${name}`, attachment.snippet, name, blobs);
    case 'edited_image_file':
      return attached(`Changed since it was read: ${name}`, attachment.content, name, blobs);
    default:
      return [];
  }
}

function attached(
  title: string,
  content: JsonValue | undefined,
  name: string,
  blobs: ImportedBlob[],
): readonly Draft[] {
  const file = objectOf(objectOf(content)?.file);
  const text = textOf(content) ?? textOf(file?.content) ?? textOf(objectOf(content)?.content) ?? '';
  const base64 = textOf(file?.base64);
  const image = base64 === undefined ? undefined : findImage(base64, name);
  if (image !== undefined) blobs.push(image.blob);
  const parts = [{ type: 'text', content: text === '' ? title : `${title}\n\n${text}` } as const];
  return [
    {
      kind: 'note',
      item: { role: 'system', parts: image === undefined ? parts : [...parts, image.part], note: 'context' },
    },
  ];
}

function hookText(values: readonly (JsonValue | undefined)[]): readonly Draft[] {
  const said = new Set<string>();
  for (const value of values) {
    for (const one of Array.isArray(value) ? (value as readonly JsonValue[]) : [value as JsonValue | undefined]) {
      const text = textOf(one)?.trim() ?? '';
      if (text !== '') said.add(text);
    }
  }
  return said.size === 0 ? [] : [note('hook', [...said].join('\n'))];
}

function errorText(error: JsonValue | undefined): string | undefined {
  if (typeof error === 'string') return error;
  const facts = objectOf(error);
  const inner = objectOf(facts?.error);
  const innermost = objectOf(inner?.error);
  const message = textOf(innermost?.message) ?? textOf(inner?.message) ?? textOf(facts?.message);
  const status = typeof facts?.status === 'number' ? `API error ${facts.status}` : 'API error';
  return message === undefined ? (facts === undefined ? undefined : status) : `${status}: ${message}`;
}
