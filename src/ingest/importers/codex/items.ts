/** Parts of a turn from the response items of a rollout. */
/** What an item says, never where it stands. */

import type { JsonObject, JsonValue } from '../../../base/json.ts';
import { isJsonObject } from '../../../base/json.ts';
import type { Part, ToolCallPart, Usage } from '../../../model/item.ts';
import type { ImportedBlob } from '../../kit/importer.ts';
import { findDataUrlImage } from '../../kit/items/images.ts';
import type { Reading } from '../../kit/reading.ts';
import { findCount, findText } from './records.ts';
import { findImageUrl, parseArguments, toolKind } from './tools.ts';

/** The part of an image by its address, its bytes put into `blobs`. Nothing: it is no usable image, which is reported. */
export function imageParts(url: string, reading: Reading, blobs: ImportedBlob[]): readonly Part[] {
  if (/^https?:\/\//i.test(url)) return [{ type: 'uri', modality: 'image', uri: url }];
  const image = findDataUrlImage(url);
  if (image === undefined) {
    reading.report('BAD_IMAGE', 'image is not one by its bytes; it was left out');
    return [];
  }
  blobs.push(image.blob);
  return [image.part];
}

/** Text and images of a message; `content` is a string or an array. Encrypted content is left out. */
export function contentParts(content: JsonValue | undefined, reading: Reading, blobs: ImportedBlob[]): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  if (!Array.isArray(content)) return [];
  const parts: Part[] = [];
  for (const piece of content as readonly JsonValue[]) {
    if (typeof piece === 'string') parts.push({ type: 'text', content: piece });
    if (!isJsonObject(piece)) continue;
    const text = findText(piece.text) ?? findText(piece.refusal);
    const image = findImageUrl(piece);
    if (image !== undefined) parts.push(...imageParts(image, reading, blobs));
    else if (text !== undefined && !IMAGE_TAG.test(text)) parts.push({ type: 'text', content: text });
  }
  return parts;
}

/** All text of a message, for comparing it with its event. */
export function contentText(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((piece) => (isJsonObject(piece) ? (findText(piece.text) ?? '') : '')).join('');
}

/** The readable part of a `reasoning` item: its summary, else its open content. Encrypted reasoning has none. */
export function reasoningParts(payload: JsonObject): readonly Part[] {
  const summary = joinTexts(payload.summary);
  const content = summary === '' ? joinTexts(payload.content) : summary;
  return content === '' ? [] : [{ type: 'reasoning', content }];
}

/** The tool call in an item of the model, or undefined when the item is none. `ordinal` names calls that have no id. */
export function findToolCall(payload: JsonObject, ordinal: number): ToolCallPart | undefined {
  const call = (name: string, args: JsonValue): ToolCallPart => ({
    type: 'tool_call',
    id: findText(payload.call_id) ?? findText(payload.id) ?? `${name}_${ordinal}`,
    name,
    arguments: args,
    tool: toolKind(name, payload.namespace),
  });
  switch (payload.type) {
    case 'function_call':
      return call(findText(payload.name) ?? 'function', parseArguments(payload.arguments));
    case 'custom_tool_call':
      return call(findText(payload.name) ?? 'tool', payload.input ?? null);
    case 'local_shell_call':
      return call('local_shell', payload.action ?? null);
    case 'web_search_call':
      return call('web_search', payload.action ?? {});
    case 'tool_search_call':
      return call('tool_search', parseArguments(payload.arguments));
    case 'image_generation_call':
      return call('image_generation', { revised_prompt: payload.revised_prompt ?? null });
    default:
      return undefined;
  }
}

/** `last_token_usage` of a `token_count` event as usage of one model message; cached input is part of the input. */
export function findUsage(last: JsonValue | undefined): Usage | undefined {
  if (!isJsonObject(last)) return undefined;
  const [input, output] = [findCount(last.input_tokens), findCount(last.output_tokens)];
  if (input === undefined || output === undefined) return undefined;
  const cached = findCount(last.cached_input_tokens);
  const reasoning = findCount(last.reasoning_output_tokens);
  return {
    input_tokens: input,
    output_tokens: output,
    ...(cached !== undefined && { cache_read_input_tokens: cached }),
    ...(reasoning !== undefined && { reasoning_tokens: reasoning }),
  };
}

/** Texts that the agent puts around an attached image. */
const IMAGE_TAG = /^(?:<image(?: [^<>]*)?>|<\/image>)$/;

function joinTexts(pieces: JsonValue | undefined): string {
  if (!Array.isArray(pieces)) return '';
  const texts: string[] = [];
  for (const piece of pieces as readonly JsonValue[]) {
    const text = isJsonObject(piece) ? findText(piece.text) : findText(piece);
    if (text !== undefined) texts.push(text);
  }
  return texts.join('\n\n');
}
