/** Claude Code's tools: what each does, and what its result says beside the text. */
/** The structured result repeats whole files; only status, times, exit code and the patch are taken from it. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import type { ToolCallResponsePart, ToolKind } from '../../../model/item.ts';
import { countOf, objectOf, textOf } from './records.ts';

/** What a tool does. MCP tools and tools that are not known yet have kinds of their own. */
export function toolKind(name: string): ToolKind {
  if (name.startsWith('mcp__')) return 'mcp';
  return KINDS.get(name) ?? 'other';
}

/** Whether a call of this tool starts a sub-agent. */
export function startsAgent(name: string): boolean {
  return name === 'Task' || name === 'Agent';
}

/** Everything of a response part but its id and text. `result` is the record's `toolUseResult`. */
export function describeResult(
  text: string,
  failed: boolean,
  result: JsonValue | undefined,
): Pick<ToolCallResponsePart, 'status'> & Partial<Pick<ToolCallResponsePart, 'exit_code' | 'duration_ms' | 'diff'>> {
  const facts = objectOf(result);
  const exitCode = exitCodeOf(text, failed, facts);
  const duration = durationOf(facts);
  const diff = facts === undefined ? undefined : findDiff(facts);
  return {
    status: statusOf(text, failed, result),
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(duration === undefined ? {} : { duration_ms: duration }),
    ...(diff === undefined ? {} : { diff }),
  };
}

/** Unified diff of a `structuredPatch`; undefined when there is none. The file's former text is never kept. */
export function findDiff(result: JsonObject): string | undefined {
  const hunks = result.structuredPatch;
  const path = textOf(result.filePath);
  if (!Array.isArray(hunks) || hunks.length === 0 || path === undefined) return undefined;
  const name = path.replace(/[\r\n\t]/g, ' ');
  const created = result.type === 'create';
  let out = `--- ${created ? '/dev/null' : name}\n+++ ${name}\n`;
  for (const hunk of hunks as readonly JsonValue[]) {
    if (!isJsonObject(hunk) || !Array.isArray(hunk.lines)) return undefined;
    out += `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@\n`;
    for (const line of hunk.lines as readonly JsonValue[]) {
      if (typeof line === 'string') out += `${line.replace(/\r?\n/g, ' ')}\n`;
    }
  }
  return out;
}

/** Id of the sub-agent that a result speaks of: a field of the structured result, else the tail of the text. */
export function findAgentId(text: string, result: JsonValue | undefined): string | undefined {
  const facts = objectOf(result);
  const named = textOf(facts?.agentId) ?? textOf(facts?.agent_id);
  if (named !== undefined) return /^[\w-]{1,128}$/.test(named) ? named : undefined;
  return /(?:^|\n)agentId: ([\w-]{1,128})\b/.exec(text.slice(-2000))?.[1];
}

const KINDS: ReadonlyMap<string, ToolKind> = new Map<string, ToolKind>([
  ['Bash', 'shell'],
  ['BashOutput', 'shell'],
  ['KillShell', 'shell'],
  ['KillBash', 'shell'],
  ['PowerShell', 'shell'],
  ['Read', 'read'],
  ['NotebookRead', 'read'],
  ['ReadMcpResourceTool', 'mcp'],
  ['ListMcpResourcesTool', 'mcp'],
  ['Write', 'write'],
  ['Edit', 'edit'],
  ['MultiEdit', 'edit'],
  ['NotebookEdit', 'edit'],
  ['Grep', 'search'],
  ['Glob', 'search'],
  ['LS', 'search'],
  ['ToolSearch', 'search'],
  ['LSP', 'search'],
  ['WebFetch', 'fetch'],
  ['WebSearch', 'fetch'],
  ['Task', 'task'],
  ['Agent', 'task'],
  ['TaskOutput', 'task'],
  ['AgentOutputTool', 'task'],
  ['TaskStop', 'task'],
  ['TodoWrite', 'todo'],
  ['TodoRead', 'todo'],
  ['TaskCreate', 'todo'],
  ['TaskUpdate', 'todo'],
  ['TaskList', 'todo'],
  ['TaskGet', 'todo'],
]);

const REFUSED =
  /^(?:\[Request interrupted by user|The user doesn't want to (?:proceed|take)|User rejected|The tool use was rejected)/;

function statusOf(text: string, failed: boolean, result: JsonValue | undefined): ToolCallResponsePart['status'] {
  const facts = objectOf(result);
  if (facts?.interrupted === true) return 'cancelled';
  if (!failed) return 'ok';
  if (REFUSED.test(text) || result === 'User rejected tool use') return 'cancelled';
  return 'error';
}

function exitCodeOf(text: string, failed: boolean, facts: JsonObject | undefined): number | undefined {
  const recorded = facts?.exitCode ?? facts?.exit_code ?? facts?.returnCode;
  if (typeof recorded === 'number' && Number.isSafeInteger(recorded)) return recorded;
  const match = failed ? /^(?:Error: )?Exit code (-?\d{1,9})\b/.exec(text) : null;
  return match === null ? undefined : Number(match[1]);
}

function durationOf(facts: JsonObject | undefined): number | undefined {
  const seconds = facts?.durationSeconds;
  return (
    countOf(facts?.durationMs) ??
    countOf(facts?.totalDurationMs) ??
    (typeof seconds === 'number' ? countOf(seconds * 1000) : undefined)
  );
}

function range(start: JsonValue | undefined, lines: JsonValue | undefined): string {
  return `${countOf(start) ?? 0},${countOf(lines) ?? 0}`;
}
