/** What a Claude Code session says, read straight from its JSON. */
/** Shares no code with the importer: it knows nothing of trees or turns, only which words, calls, results and tokens stand in the file. */

export interface Said {
  readonly prompts: string[];
  readonly texts: string[];
  readonly reasoning: string[];
  /** Id → name and input as JSON. */
  readonly calls: Map<string, string>;
  /** Id of the call → what it answered. */
  readonly results: Map<string, string>;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

type Json = { readonly [name: string]: unknown };

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function readRaw(text: string): Said {
  const [prompts, texts, reasoning]: [string[], string[], string[]] = [[], [], []];
  const calls = new Map<string, string>();
  const results = new Map<string, string>();
  const usages = new Map<string, { input: number; output: number }>();
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    for (const outer of recordsIn(line)) {
      const inner = objectOf(objectOf(outer.data).message);
      const isProgress = objectOf(outer.data).type === 'agent_progress';
      for (const record of isProgress ? [inner] : [outer]) {
        const id = textOf(record.uuid);
        if (id === '' || seen.has(id)) continue;
        seen.add(id);
        if (record.type === 'assistant') readAnswer(record);
        if (record.type === 'user') readUser(record, isProgress);
      }
    }
  }

  function readAnswer(record: Json): void {
    const message = objectOf(record.message);
    if (message.model === '<synthetic>') return;
    for (const block of blocksOf(message.content)) {
      if (block.type === 'text') texts.push(textOf(block.text));
      if (block.type === 'thinking') reasoning.push(textOf(block.thinking));
      if (block.type === 'tool_use') calls.set(textOf(block.id), JSON.stringify([block.name, block.input]));
    }
    const usage = objectOf(message.usage);
    const count = (name: string) => (typeof usage[name] === 'number' ? usage[name] : 0);
    const input = count('input_tokens') + count('cache_read_input_tokens') + count('cache_creation_input_tokens');
    const group = textOf(message.id) || textOf(record.requestId) || textOf(record.uuid);
    const known = usages.get(group);
    if (known === undefined || count('output_tokens') >= known.output) {
      usages.set(group, { input, output: count('output_tokens') });
    }
  }

  function readUser(record: Json, isProgress: boolean): void {
    const blocks = blocksOf(objectOf(record.message).content);
    const answers = blocks.filter((block) => block.type === 'tool_result');
    for (const block of answers) results.set(textOf(block.tool_use_id), resultText(block.content));
    if (answers.length > 0 || record.isMeta === true || record.isCompactSummary === true) return;
    if (record.isVisibleInTranscriptOnly === true || isProgress) return;
    const words = blocks.filter((block) => block.type === 'text').map((block) => textOf(block.text).trim());
    if (words.length > 0 && !/^(?:<|\[Request interrupted|Caveat:|$)/.test(words[0] ?? ''))
      prompts.push(words.join('\n'));
  }

  const sum = (name: 'input' | 'output') => [...usages.values()].reduce((total, usage) => total + usage[name], 0);
  return { prompts, texts, reasoning, calls, results, inputTokens: sum('input'), outputTokens: sum('output') };
}

function blocksOf(content: unknown): readonly Json[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content)
    ? content.map((each) => (typeof each === 'string' ? { type: 'text', text: each } : objectOf(each)))
    : [];
}

function resultText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const blocks = content.map(objectOf);
  return blocks.every((block) => block.type === 'text' || block.type === 'image')
    ? blocks.flatMap((block) => (block.type === 'text' ? [textOf(block.text)] : [])).join('\n')
    : '?';
}

/** One object a line; two that lost their line break are told by what stands between them. */
function recordsIn(line: string): readonly Json[] {
  for (const candidate of [[line], line.split(/(?<=\})(?=\{"parentUuid")/)]) {
    try {
      return candidate.filter((each) => each.trim() !== '').map((each) => objectOf(JSON.parse(each)));
    } catch {}
  }
  return [];
}
