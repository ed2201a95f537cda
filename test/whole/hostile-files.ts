/** Session files of both agents in which every field that a file has holds hostile text. */
/** Texts of turns hold all payloads in one session; facts of a session hold one each, so there are many sessions. */

import { claudePath, claudeSession, codexPath, codexSession } from './sessions.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

/** Path below the place → file. */
export function makeHostileFiles(payloads: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const add = (path: string, session: { text(): string }): void => void files.set(path, session.text());
  const big = claudeBig(payloads);
  add(claudePath(big.id), big);
  const rollout = codexBig(payloads);
  add(codexPath(rollout.id), rollout);
  for (const [i, payload] of payloads.entries()) {
    const small = claudeFacts(payload, i);
    add(claudePath(small.id, `-srv-${i}`), small);
    if (i % 4 !== 0) continue;
    add(claudePath(`${small.id}/subagents/agent-a${i}`, `-srv-${i}`), claudeChild(payload, i, small.id));
    const other = codexFacts(payload, i);
    add(codexPath(other.id), other);
  }
  return files;
}

/** Every text of a turn, all payloads. */
function claudeBig(payloads: readonly string[]) {
  const s = claudeSession('hostile texts');
  for (const [i, p] of payloads.entries()) {
    const image = { type: 'base64', media_type: p, data: PIXEL };
    s.prompt([
      { type: 'text', text: p },
      { type: 'image', title: p, name: p, source: image },
      { type: 'document', title: p, source: { type: 'text', media_type: p, data: p } },
      { type: 'image', source: { type: 'url', url: p } },
      { type: p, text: p },
    ]);
    s.answer(
      [
        { type: 'thinking', thinking: p, signature: p },
        {
          type: 'text',
          text: `Words.\n\n\`\`\`${p.replace(/[\r\n`]/g, ' ')}\ncode ${p}\n\`\`\`\n\n[link](${p})\n\n${p}`,
        },
        { type: 'tool_use', id: `a${i} ${p}`, name: p, input: { command: p, [p]: p, list: [p, { [p]: [p] }] } },
        { type: 'tool_use', id: `b${i}`, name: 'Bash', input: { command: p, description: p } },
        {
          type: 'tool_use',
          id: `c${i}`,
          name: 'Edit',
          input: { file_path: p, old_string: p, new_string: `${p}\n${p}` },
        },
        { type: 'tool_use', id: `d${i}`, name: 'Write', input: { file_path: p, content: p } },
        {
          type: 'tool_use',
          id: `e${i}`,
          name: 'TodoWrite',
          input: { todos: [{ content: p, status: p, activeForm: p }] },
        },
        { type: 'tool_use', id: `f${i}`, name: 'WebFetch', input: { url: p, prompt: p } },
        { type: 'tool_use', id: `g${i}`, name: 'Grep', input: { pattern: p, path: p } },
        { type: 'tool_use', id: `h${i}`, name: 'Task', input: { prompt: p, description: p, subagent_type: p } },
        { type: 'tool_use', id: `i${i}`, name: `mcp__${p}__${p}`, input: p },
      ],
      { model: p, stop_reason: p },
    );
    s.result(`a${i} ${p}`, p, { toolUseResult: p });
    s.result(`b${i}`, `\u001b[31m${p}\u001b[0m`, { toolUseResult: { stdout: p, stderr: p } }, { is_error: true });
    s.result(`c${i}`, p, {
      toolUseResult: {
        filePath: p,
        structuredPatch: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: [`-${p}`, `+${p}`, ` ${p}`] }],
      },
    });
    s.result(`d${i}`, [
      { type: 'text', text: p },
      { type: 'image', source: image },
      { type: p, [p]: p },
    ]);
    s.result(`h${i}`, `${p}\nagentId: ${p}`, { toolUseResult: { agentId: p, content: [] } });
    s.result(p, p);
    s.chain('system', { subtype: p, content: p });
    s.chain('system', { subtype: 'api_error', error: { status: 500, error: { error: { message: p } } } });
    s.chain('system', { subtype: 'compact_boundary', content: p, compactMetadata: { trigger: p } });
    s.chain('attachment', { attachment: { type: 'hook_blocking_error', stderr: p, content: p, hookName: p } });
    s.chain('progress', { data: { type: p, message: p } });
    s.prompt(`<command-name>${p}</command-name><command-args>${p}</command-args>`);
    s.prompt(`<local-command-stdout>${p}</local-command-stdout>`);
    s.prompt(`<ide_selection>${p}</ide_selection>${p}`);
  }
  return s;
}

/** Title, places, branch, model, ids and links of one payload; a rewind makes a branch that is named by it. */
function claudeFacts(p: string, i: number) {
  const s = claudeSession(`hostile facts ${i}`, {
    cwd: `/srv/${p}`,
    gitBranch: p,
    version: p,
    more: { slug: p, userType: p },
  });
  s.prompt(`Begin ${i}`, { sessionId: i % 2 === 0 ? s.id : p });
  const fork = s.answer([{ type: 'text', text: `Fact ${i}` }], { model: p, id: p });
  s.prompt('Go one way.');
  s.answer([{ type: 'tool_use', id: `t${i}`, name: 'Task', input: { prompt: 'x', description: p } }]);
  s.result(`t${i}`, `done\nagentId: a${i}`, { toolUseResult: { agentId: `a${i}`, content: [] } });
  s.prompt(p, { parentUuid: fork });
  s.answer([{ type: 'text', text: 'Gone the other way.' }]);
  const title = (['custom-title', 'ai-title', 'none'] as const)[i % 3];
  if (title === 'custom-title') s.loose({ type: title, customTitle: p, sessionId: s.id });
  if (title === 'ai-title') s.loose({ type: title, aiTitle: p, sessionId: s.id });
  s.loose({ type: 'summary', summary: p, leafUuid: fork });
  s.loose({ type: 'pr-link', prNumber: p, prUrl: `https://example.org/${p}`, prRepository: p, sessionId: s.id });
  s.loose({ type: 'pr-link', prUrl: p, sessionId: s.id });
  s.loose({ type: p, sessionId: p, uuid: p });
  return s;
}

function claudeChild(p: string, i: number, parent: string) {
  const s = claudeSession(`hostile child ${i}`, { more: { isSidechain: true, agentId: `a${i}`, sessionId: parent } });
  s.prompt(p);
  s.answer([{ type: 'text', text: p }]);
  return s;
}

function codexBig(payloads: readonly string[]) {
  const s = codexSession('hostile texts');
  for (const [i, p] of payloads.entries()) {
    s.prompt(p);
    s.record('response_item', { type: 'reasoning', summary: [{ type: 'summary_text', text: p }] });
    s.call(`a${i}`, 'exec_command', { cmd: p, workdir: p });
    s.output(`a${i}`, `Exit code: 1\nWall time: 1.0 seconds\nOutput:\n${p}\n`);
    s.call(`b${i}`, p, p, { namespace: p });
    s.output(`b${i}`, [
      { type: 'input_text', text: p },
      { type: 'input_image', image_url: p },
    ]);
    s.record('response_item', {
      type: 'custom_tool_call',
      call_id: `c${i}`,
      name: 'apply_patch',
      input: `*** Begin Patch\n*** Update File: ${p}\n@@ ${p}\n-${p}\n+${p}\n*** End Patch`,
    });
    s.record('event_msg', {
      type: 'patch_apply_end',
      call_id: `c${i}`,
      success: true,
      changes: { [p]: { type: 'update', unified_diff: `@@ -1 +1 @@\n-${p}\n+${p}\n`, move_path: p } },
    });
    s.record('response_item', { type: 'custom_tool_call_output', call_id: `c${i}`, output: p });
    s.call(`d${i}`, 'update_plan', { explanation: p, plan: [{ step: p, status: p }] });
    s.record('response_item', {
      type: 'web_search_call',
      id: `w${i}`,
      status: p,
      action: { type: 'search', query: p },
    });
    s.record('event_msg', { type: 'error', message: p });
    s.record('response_item', { type: p, text: p });
    s.record('event_msg', { type: p, message: p });
    s.say(p);
  }
  return s;
}

function codexFacts(p: string, i: number) {
  const s = codexSession(`hostile facts ${i}`, {
    cwd: `/srv/${p}`,
    originator: p,
    cli_version: p,
    source: p,
    git: { branch: p, repository_url: p, commit_hash: p },
  });
  s.record('turn_context', { turn_id: p, cwd: p, model: p, effort: p });
  s.prompt(`Begin Codex ${i}`);
  s.call(p, 'exec_command', { cmd: 'ls' });
  s.output(p, p);
  s.say(p);
  return s;
}
