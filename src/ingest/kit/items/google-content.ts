/** Reads content in the shape of Google's GenAI API: Gemini CLI and the agents that were made from it write it. */
/** A content is a string, one part, or a list of both. */

import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import type { Part, ToolCallPart, ToolCallResponsePart, ToolKind, Usage } from '../../../model/item.ts';
import type { ImportedBlob } from '../importer.ts';
import { findImage } from './images.ts';
import { boundedJson, countOf, objectOf, textOf } from './values.ts';

/** The parts of a content; a string is one with text. */
export function googleParts(content: JsonValue | undefined): readonly JsonObject[] {
  const list = Array.isArray(content) ? (content as readonly JsonValue[]) : [content ?? ''];
  return list.map((part) => (typeof part === 'string' ? { text: part } : part)).filter(isJsonObject);
}

/** What of a content can be read, calls and their answers left out. Images go to `blobs`. */
export function itemParts(content: readonly JsonObject[], blobs: ImportedBlob[]): readonly Part[] {
  return content.flatMap((part): Part | readonly Part[] => {
    if (part.functionCall !== undefined || part.functionResponse !== undefined) return [];
    const text = textOf(part.text);
    if (text !== undefined) {
      if (text.trim() === '') return [];
      return { type: part.thought === true ? 'reasoning' : 'text', content: text };
    }
    const image = findImage(textOf(objectOf(part.inlineData)?.data) ?? '');
    if (image !== undefined) {
      blobs.push(image.blob);
      return image.part;
    }
    const file = objectOf(part.fileData);
    const uri = textOf(file?.fileUri);
    if (uri !== undefined) return { type: 'uri', modality: modalityOf(textOf(file?.mimeType)), uri };
    const bounded = boundedJson(part);
    return { type: 'text', content: typeof bounded === 'string' ? bounded : canonicalJson(bounded) };
  });
}

/** A `functionCall` part, or a record of a call that has its members. */
export function toolCallPart(call: JsonObject): ToolCallPart {
  const name = textOf(call.name) ?? 'unknown';
  const tool = TOOLS.get(name) ?? (/^mcp_|__/.test(name) ? 'mcp' : 'other');
  return { type: 'tool_call', id: textOf(call.id) ?? '', name, arguments: boundedJson(call.args ?? {}), tool };
}

/** A `functionResponse` part. Its status is told by what it holds. */
export function toolResponsePart(call: string, answer: JsonObject): ToolCallResponsePart {
  const response = objectOf(answer.response);
  const failure = textOf(response?.error);
  return {
    type: 'tool_call_response',
    id: call,
    response: failure ?? textOf(response?.output) ?? boundedJson(response ?? ''),
    status: failure === undefined ? 'ok' : 'error',
  };
}

/** `tokens`: counts as Gemini CLI names them. Cached input is part of the input; thoughts are apart from the output. */
export function googleUsage(tokens: JsonObject): Usage {
  const thoughts = countOf(tokens.thoughts) ?? 0;
  const cached = countOf(tokens.cached) ?? 0;
  return {
    input_tokens: (countOf(tokens.input) ?? 0) + (countOf(tokens.tool) ?? 0),
    output_tokens: (countOf(tokens.output) ?? 0) + thoughts,
    ...(cached === 0 ? {} : { cache_read_input_tokens: cached }),
    ...(thoughts === 0 ? {} : { reasoning_tokens: thoughts }),
  };
}

function modalityOf(mime: string | undefined): 'image' | 'audio' | 'video' | 'document' {
  const first = mime?.split('/', 1)[0];
  return first === 'image' || first === 'audio' || first === 'video' ? first : 'document';
}

const TOOLS: ReadonlyMap<string, ToolKind> = new Map<string, ToolKind>([
  ['run_shell_command', 'shell'],
  ['read_file', 'read'],
  ['read_many_files', 'read'],
  ['write_file', 'write'],
  ['replace', 'edit'],
  ['edit', 'edit'],
  ['glob', 'search'],
  ['list_directory', 'search'],
  ['search_file_content', 'search'],
  ['grep_search', 'search'],
  ['google_web_search', 'fetch'],
  ['web_fetch', 'fetch'],
  ['write_todos', 'todo'],
  ['todo_write', 'todo'],
  ['task', 'task'],
  ['delegate_to_agent', 'task'],
  ['invoke_agent', 'task'],
]);
