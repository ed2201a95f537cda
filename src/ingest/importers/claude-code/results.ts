/** Turns a tool_result block into a tool turn: text, status, exit code, diff, images, large outputs kept beside. */
/** One turn per block; what the record's structured result adds is told in tools.ts. */

import { decodeUtf8 } from '../../../base/bytes.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { Part } from '../../../model/item.ts';
import type { ImportedBlob } from '../../kit/importer.ts';
import type { Draft } from '../../kit/record.ts';
import { boundedJson } from './messages.ts';
import { partsOf } from './prompts.ts';
import { type Block, objectOf, textOf } from './records.ts';
import { describeResult } from './tools.ts';

/** Reads a large output that the agent kept in a file, by the file's plain name. Undefined: it is not there. */
export type ReadOutput = (name: string) => Uint8Array | undefined;

/** The tool turn of one block. `result` is the record's `toolUseResult` when it speaks of this block alone. */
export function responseDraft(
  block: Block,
  result: JsonValue | undefined,
  readOutput: ReadOutput,
  blobs: ImportedBlob[],
): Draft {
  const { response, media } = responseOf(block.content, blobs);
  const text = typeof response === 'string' ? response : '';
  const full = findPersisted(text, result, readOutput) ?? response;
  const facts = describeResult(text, block.is_error === true, result);
  const part: Part = {
    type: 'tool_call_response',
    id: textOf(block.tool_use_id) ?? '',
    response: full,
    ...facts,
  };
  return { kind: 'response', item: { role: 'tool', parts: [part, ...media] } };
}

/** Text of a result's content, for evidence: where a sub-agent names itself. */
export function resultText(block: Block): string {
  if (typeof block.content === 'string') return block.content;
  if (!Array.isArray(block.content)) return '';
  return (block.content as readonly JsonValue[]).map((entry) => textOf(objectOf(entry)?.text) ?? '').join('\n');
}

const MAX_PERSISTED = 16 * 1024 * 1024;

function responseOf(
  content: JsonValue | undefined,
  blobs: ImportedBlob[],
): { readonly response: JsonValue; readonly media: readonly Part[] } {
  if (typeof content === 'string') return { response: content, media: [] };
  if (content === undefined || content === null) return { response: '', media: [] };
  if (!Array.isArray(content)) return { response: boundedJson(content), media: [] };
  const texts: string[] = [];
  const media: Part[] = [];
  const others: JsonValue[] = [];
  for (const entry of content as readonly JsonValue[]) {
    const block = objectOf(entry);
    const text = typeof entry === 'string' ? entry : textOf(block?.text);
    if (block?.type === 'image' || block?.type === 'document') media.push(...partsOf([block as Block], blobs));
    else if (text !== undefined && (block === undefined || block.type === 'text')) texts.push(text);
    else others.push(boundedJson(entry));
  }
  if (others.length === 0) return { response: texts.join('\n'), media };
  return { response: [...texts.map((text) => ({ type: 'text', text })), ...others], media };
}

/** The whole output when the result only names the file that holds it. */
function findPersisted(text: string, result: JsonValue | undefined, readOutput: ReadOutput): string | undefined {
  const named =
    textOf(objectOf(result)?.persistedOutputPath) ??
    (text.includes('<persisted-output>') ? /saved to: ([^\r\n]{1,1024})/.exec(text)?.[1] : undefined);
  if (named === undefined) return undefined;
  const name = /([\w.-]{1,200})\s*$/.exec(named)?.[1];
  if (name === undefined || name.startsWith('.')) return undefined;
  const bytes = readOutput(name);
  return bytes === undefined || bytes.length > MAX_PERSISTED ? undefined : decodeUtf8(bytes);
}
