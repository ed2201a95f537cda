/** What Codex's tools do, what their outputs say, and the diffs of its patches. */
/** Apart from the walk, because these shapes change with nearly every release of the agent. */

import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../../../base/json.ts';
import type { ToolKind } from '../../../model/item.ts';
import { hasFar } from '../../kit/lines/far-texts.ts';
import { findCount, findText, findWhole } from './records.ts';

const KINDS: ReadonlyMap<string, ToolKind> = new Map(
  Object.entries({
    shell: 'shell',
    shell_command: 'shell',
    exec_command: 'shell',
    write_stdin: 'shell',
    local_shell: 'shell',
    'container.exec': 'shell',
    unified_exec: 'shell',
    apply_patch: 'edit',
    update_plan: 'todo',
    web_search: 'fetch',
    view_image: 'read',
    read_file: 'read',
    list_dir: 'search',
    grep_files: 'search',
    tool_search: 'search',
    spawn_agent: 'task',
    send_input: 'task',
    send_message: 'task',
    followup_task: 'task',
    resume_agent: 'task',
    wait: 'task',
    wait_agent: 'task',
    close_agent: 'task',
    list_agents: 'task',
    list_mcp_resources: 'mcp',
    list_mcp_resource_templates: 'mcp',
    read_mcp_resource: 'mcp',
  } as const),
);

/** What a tool does, by the name that Codex gives it. `server__tool` and a call with a namespace are MCP. */
export function toolKind(name: string, namespace: JsonValue | undefined): ToolKind {
  return KINDS.get(name) ?? (name.includes('__') || typeof namespace === 'string' ? 'mcp' : 'other');
}

/** Arguments as a JSON value when they are the text of one, else the text itself. */
export function parseArguments(value: JsonValue | undefined): JsonValue {
  if (typeof value !== 'string') return value ?? null;
  return findJson(value) ?? value;
}

/** What a tool output says beside its text. */
export interface ToolOutput {
  readonly response: JsonValue;
  readonly failed: boolean;
  readonly cancelled: boolean;
  readonly exit_code?: number;
  readonly duration_ms?: number;
  /** Images of a structured output: data or other addresses. */
  readonly images: readonly string[];
}

/**
 * The output of a call in any of its shapes: text, `{content, success}`, an array of content items, or the text of
 * `{output, metadata: {exit_code, duration_seconds}}`. A header of known lines (`Exit code:`, `Wall time:`) becomes fields.
 */
export function readToolOutput(value: JsonValue | undefined): ToolOutput {
  if (typeof value === 'string') return readOutputText(value);
  if (Array.isArray(value)) return readOutputContent(value, false);
  if (!isJsonObject(value)) return { response: value ?? '', failed: false, cancelled: false, images: [] };
  const unpacked = findUnpacked(value);
  if (unpacked !== undefined) return unpacked;
  const failed = value.success === false;
  const content = value.content ?? value.content_items ?? value.body;
  if (Array.isArray(content)) return readOutputContent(content, failed);
  if (typeof content === 'string') {
    const output = readOutputText(content);
    return { ...output, failed: failed || output.failed };
  }
  return { response: value, failed, cancelled: false, images: [] };
}

/** Unified diff of `changes` (`path → {type: add|delete|update, …}`) in the order of their paths; undefined when there is none. */
export function findPatchDiff(changes: JsonValue | undefined): string | undefined {
  if (!isJsonObject(changes)) return undefined;
  let diff = '';
  for (const path of Object.keys(changes).sort()) {
    const change = changes[path];
    if (isJsonObject(change)) diff += fileDiff(path, change);
  }
  return diff === '' ? undefined : diff;
}

/** Milliseconds of `{secs, nanos}` or of a number of seconds. */
export function findDuration(value: JsonValue | undefined): number | undefined {
  if (isJsonObject(value) && typeof value.secs === 'number') {
    return findCount(Math.round(value.secs * 1000 + (typeof value.nanos === 'number' ? value.nanos / 1e6 : 0)));
  }
  return typeof value === 'number' ? findCount(Math.round(value * 1000)) : undefined;
}

const HEADER_LINE =
  /^(?:Chunk ID: \S+|Wall time: ([\d.]+) seconds?|(?:Process exited with code|Exit code:) (-?\d+)|(?:Original token count|Total output lines): \d+)$/;
const FAILED =
  /^(?:apply_patch verification failed|failed to parse function arguments|execution error|unsupported call|exec_command failed)/;

function readOutputText(text: string): ToolOutput {
  const unpacked = text.startsWith('{') ? findUnpacked(findJson(text)) : undefined;
  if (unpacked !== undefined) return unpacked;
  const header = readHeader(text);
  if (header !== undefined) return header;
  const cancelled = text === 'aborted' || text.startsWith('aborted by user');
  return { response: text, failed: FAILED.test(text), cancelled, images: [] };
}

function findUnpacked(value: JsonValue | undefined): ToolOutput | undefined {
  if (!isJsonObject(value) || typeof value.output !== 'string' || !isJsonObject(value.metadata)) return undefined;
  const exit = findWhole(value.metadata.exit_code);
  const duration = findDuration(value.metadata.duration_seconds);
  return {
    response: value.output,
    failed: exit !== undefined && exit !== 0,
    cancelled: false,
    ...(exit !== undefined && { exit_code: exit }),
    ...(duration !== undefined && { duration_ms: duration }),
    images: [],
  };
}

/** Only when every line before `Output:` is known: a header that says more (a running session's id) stays in the text. */
function readHeader(text: string): ToolOutput | undefined {
  const end = text.search(/^Output:(?:\n|$)/m);
  if (end <= 0 || end > 400) return undefined;
  let exit: number | undefined;
  let duration: number | undefined;
  for (const line of text.slice(0, end - 1).split('\n')) {
    const match = HEADER_LINE.exec(line);
    if (match === null) return undefined;
    if (match[1] !== undefined) duration = findDuration(Number(match[1]));
    if (match[2] !== undefined) exit = findWhole(Number(match[2]));
  }
  if (exit === undefined) return undefined;
  return {
    response: text.slice(end + 'Output:\n'.length),
    failed: exit !== 0,
    cancelled: false,
    exit_code: exit,
    ...(duration !== undefined && { duration_ms: duration }),
    images: [],
  };
}

function readOutputContent(content: readonly JsonValue[], failed: boolean): ToolOutput {
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of content) {
    if (!isJsonObject(part)) continue;
    const text = findText(part.text);
    const image = findImageUrl(part);
    if (text !== undefined) texts.push(text);
    else if (image !== undefined) images.push(image);
    else if (part.type !== 'encrypted_content') texts.push(JSON.stringify(part));
  }
  const output = readOutputText(texts.join('\n'));
  return { ...output, failed: failed || output.failed, images };
}

/** Address of an `input_image` part (Responses API), or of an MCP `image` as a data URL. */
export function findImageUrl(part: JsonObject): string | undefined {
  if (typeof part.image_url === 'string') return part.image_url;
  if (isJsonObject(part.image_url) && typeof part.image_url.url === 'string') return part.image_url.url;
  if (part.type === 'image' && typeof part.data === 'string' && typeof part.mimeType === 'string') {
    return `data:${part.mimeType};base64,${part.data}`;
  }
  return undefined;
}

function fileDiff(path: string, change: JsonObject): string {
  const from = path.replace(/^\//, '');
  const content = findText(change.content) ?? '';
  if (change.type === 'add') return `--- /dev/null\n+++ b/${from}\n${wholeHunk('+', content)}`;
  if (change.type === 'delete') return `--- a/${from}\n+++ /dev/null\n${wholeHunk('-', content)}`;
  const to = (findText(change.move_path) ?? path).replace(/^\//, '');
  const hunks = findText(change.unified_diff) ?? '';
  return `--- a/${from}\n+++ b/${to}\n${hunks}${hunks === '' || hunks.endsWith('\n') ? '' : '\n'}`;
}

function wholeHunk(sign: '+' | '-', content: string): string {
  // of a text that stands in the source only nobody counts the lines
  if (content === '' || hasFar(content)) return '';
  const ends = content.endsWith('\n');
  const lines = (ends ? content.slice(0, -1) : content).split('\n');
  const range = sign === '+' ? `@@ -0,0 +1,${lines.length} @@` : `@@ -1,${lines.length} +0,0 @@`;
  const body = lines.map((line) => sign + line).join('\n');
  return `${range}\n${body}\n${ends ? '' : '\\ No newline at end of file\n'}`;
}

function findJson(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    // Not JSON, or nested too deep: it stays text, nothing is lost.
    return undefined;
  }
}
