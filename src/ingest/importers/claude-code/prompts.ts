/** Tells what a Claude Code user record is: a typed prompt, a slash command, its output, context, or bookkeeping. */
/** Clients write all of these as user records; only tags and flags tell a person's words from a program's. */

import { canonicalJson } from '../../../base/json.ts';
import type { NoteKind, Part } from '../../../model/item.ts';
import type { ImportedBlob } from '../../kit/importer.ts';
import { findDataUrlImage, findImage } from '../../kit/items/images.ts';
import type { Draft } from '../../kit/record.ts';
import { boundedJson } from './messages.ts';
import { type Block, objectOf, textOf } from './records.ts';

/** What a user record turned out to be. */
export type UserReading =
  | { readonly what: 'drafts'; readonly drafts: readonly Draft[] }
  /** A command whose output may follow in the next record. */
  | { readonly what: 'command'; readonly command: string }
  /** Output of the command before it. */
  | { readonly what: 'output'; readonly output: string }
  /** Nothing worth reading: counted under this name. */
  | { readonly what: 'collapsed'; readonly as: string };

export interface UserFlags {
  readonly meta: boolean;
  readonly compactSummary: boolean;
}

/** Reads the blocks of a user record that are no tool results. Blobs of its images are added to `blobs`. */
export function readUserBlocks(blocks: readonly Block[], flags: UserFlags, blobs: ImportedBlob[]): UserReading {
  const first = textOf(blocks.find((block) => block.type === 'text')?.text)?.trimStart() ?? '';
  if (flags.compactSummary) return one(note('compaction', first.trim() === '' ? 'Conversation compacted' : first));
  if (isCaveat(first)) return { what: 'collapsed', as: 'user:local-command-caveat' };
  if (INTERRUPTED.test(first) && blocks.length === 1) return one(note('interrupt', first.trim()));
  if (OUTPUT.test(first)) return { what: 'output', output: outputText(first) };
  if (first.startsWith('<command-message>') && !flags.meta) return one(skillCommand(first));
  const command = findCommand(first);
  if (command !== undefined) return { what: 'command', command };
  if (first.startsWith('<task-notification>')) return one(note('notice', notificationText(first)));
  if (flags.meta) {
    if (first.trim() === '' && blocks.every((block) => block.type === 'text')) {
      return { what: 'collapsed', as: 'user:empty' };
    }
    const hook = /^(?:Stop hook feedback|\S+ hook (?:feedback|additional context))/.test(first);
    return one(noteOfParts(hook ? 'hook' : 'context', partsOf(blocks, blobs)));
  }
  return readPrompt(blocks, blobs);
}

/** A prompt that has no user record of its own: queued while the agent worked. */
export function readQueuedPrompt(blocks: readonly Block[], blobs: ImportedBlob[]): readonly Draft[] {
  const reading = readUserBlocks(blocks, { meta: false, compactSummary: false }, blobs);
  if (reading.what === 'drafts') return reading.drafts;
  if (reading.what === 'command') return [commandDraft(reading.command, undefined)];
  if (reading.what === 'output') return [commandDraft(undefined, reading.output)];
  return [];
}

/** A command and what it printed, as one note. */
export function commandDraft(command: string | undefined, output: string | undefined): Draft {
  const parts: Part[] = [];
  if (command !== undefined) parts.push({ type: 'text', content: command });
  if (output !== undefined && output !== '') parts.push({ type: 'text', content: output });
  return { kind: 'note', item: { role: 'system', parts, note: 'command' } };
}

export function note(kind: NoteKind, content: string): Draft {
  return noteOfParts(kind, [{ type: 'text', content }]);
}

/** Command line of a `<command-name>` or `<bash-input>` text; undefined for other text. */
export function findCommand(text: string): string | undefined {
  const trimmed = text.trimStart();
  if (trimmed.startsWith('<bash-input>')) return `! ${tag(trimmed, 'bash-input')}`;
  if (trimmed.startsWith('<user-memory-input>')) return `# ${tag(trimmed, 'user-memory-input')}`;
  if (!trimmed.startsWith('<command-name>') && !trimmed.startsWith('<command-message>')) return undefined;
  const name = tag(trimmed, 'command-name') || `/${tag(trimmed, 'command-message')}`;
  return `${name.startsWith('/') ? name : `/${name}`} ${tag(trimmed, 'command-args')}`.trim();
}

/** Text and blob parts of content blocks, images decoded. An image that is none stays visible as a note in the text. */
export function partsOf(blocks: readonly Block[], blobs: ImportedBlob[]): readonly Part[] {
  const parts: Part[] = [];
  for (const block of blocks) {
    if (block.type === 'text') {
      const content = textOf(block.text) ?? '';
      if (content.trim() !== '') parts.push({ type: 'text', content });
    } else if (block.type === 'image' || block.type === 'document') {
      parts.push(mediaPart(block, blobs));
    } else if (block.type !== 'tool_result') {
      const bounded = boundedJson(block);
      parts.push({ type: 'text', content: typeof bounded === 'string' ? bounded : canonicalJson(bounded) });
    }
  }
  return parts;
}

const INTERRUPTED = /^\[Request interrupted by user[^\]]{0,40}\]\s*$/;
const OUTPUT = /^<(?:local-command-stdout|local-command-stderr|bash-stdout|bash-stderr)>/;
const CONTEXT_TAGS =
  'ide_opened_file|ide_selection|ide_diagnostics|system-reminder|new-diagnostics|user-prompt-submit-hook';
const LEADING_CONTEXT = new RegExp(`^\\s*(<(${CONTEXT_TAGS})>[\\s\\S]*?</\\2>)\\s*`);
const MAX_CONTEXTS = 32;

function readPrompt(blocks: readonly Block[], blobs: ImportedBlob[]): UserReading {
  const context: Part[] = [];
  const said: Block[] = [];
  for (const block of blocks) {
    const text = textOf(block.text);
    if (block.type !== 'text' || text === undefined) {
      said.push(block);
      continue;
    }
    const split = splitContext(text);
    for (const content of split.context) context.push({ type: 'text', content });
    if (split.rest.trim() !== '') said.push(split.rest === text ? block : { type: 'text', text: split.rest });
  }
  const parts = partsOf(said, blobs);
  const drafts: Draft[] = [];
  if (parts.length > 0) drafts.push({ kind: 'prompt', item: { role: 'user', parts } });
  if (context.length > 0) drafts.push(noteOfParts('context', context));
  return drafts.length > 0 ? { what: 'drafts', drafts } : { what: 'collapsed', as: 'user:empty' };
}

/** What a client put in front of the typed words, and the typed words. */
function splitContext(text: string): { readonly context: readonly string[]; readonly rest: string } {
  const context: string[] = [];
  let rest = text;
  while (context.length < MAX_CONTEXTS) {
    const match = LEADING_CONTEXT.exec(rest);
    if (match?.[1] === undefined) break;
    context.push(match[1]);
    rest = rest.slice(match[0].length);
  }
  return { context, rest };
}

/** A custom command is what a person typed to make the agent work: it counts as a prompt. */
function skillCommand(text: string): Draft {
  const content = findCommand(text) ?? text;
  return { kind: 'prompt', item: { role: 'user', parts: [{ type: 'text', content }], note: 'command' } };
}

function noteOfParts(kind: NoteKind, parts: readonly Part[]): Draft {
  return { kind: 'note', item: { role: 'system', parts, note: kind } };
}

function one(draft: Draft): UserReading {
  return { what: 'drafts', drafts: [draft] };
}

function isCaveat(text: string): boolean {
  return (
    text.startsWith('<local-command-caveat>') ||
    text.startsWith('Caveat: The messages below were generated by the user while running local commands')
  );
}

function outputText(text: string): string {
  const pieces: string[] = [];
  for (const name of ['local-command-stdout', 'local-command-stderr', 'bash-stdout', 'bash-stderr']) {
    const content = tag(text, name);
    if (content !== '') pieces.push(content);
  }
  return pieces.join('\n');
}

function notificationText(text: string): string {
  return text.replace(/<\/?task-notification>/g, '').trim();
}

/** Text of the first such element, to its end tag or to the end of the text. */
function tag(text: string, name: string): string {
  const start = text.indexOf(`<${name}>`);
  if (start === -1) return '';
  const from = start + name.length + 2;
  const end = text.indexOf(`</${name}>`, from);
  return text.slice(from, end === -1 ? undefined : end).trim();
}

function mediaPart(block: Block, blobs: ImportedBlob[]): Part {
  const source = objectOf(block.source);
  const data = textOf(source?.data);
  const url = textOf(source?.url);
  const name = textOf(block.title) ?? textOf(block.name);
  const image =
    data !== undefined
      ? findImage(data, name)
      : url?.startsWith('data:') === true
        ? findDataUrlImage(url, name)
        : undefined;
  if (image !== undefined) {
    blobs.push(image.blob);
    return image.part;
  }
  const modality = block.type === 'image' ? 'image' : 'document';
  if (url !== undefined && /^https?:\/\//.test(url) && url.length < 4096) return { type: 'uri', modality, uri: url };
  if (source?.type === 'text' && data !== undefined) return { type: 'text', content: data };
  return { type: 'text', content: `[${modality} that could not be read]` };
}
