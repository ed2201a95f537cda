import { describe, expect, it } from 'vitest';
import type { Item, Part, ToolKind } from '../../src/model/item.ts';
import { itemText, listStrings } from '../../src/model/item-text.ts';

describe('the words of an item', () => {
  it('keep prose, reasoning and tool output apart', () => {
    const words = itemText(
      item([
        { type: 'reasoning', content: 'hm' },
        { type: 'text', content: 'I look.' },
        call('Bash', { command: 'ls -la', timeout: 5 }),
        { type: 'tool_call_response', id: '1', response: 'total 0', status: 'ok', diff: '+new line' },
      ]),
    );
    expect(words).toEqual({ text: 'I look.\nBash\nls -la', reasoning: 'hm', toolOutput: 'total 0\n+new line' });
  });

  it('count commands, paths, patterns and addresses as prose, and file contents as tool output', () => {
    const words = itemText(item([call('Edit', { file_path: 'src/a.ts', old_string: 'before', new_string: 'after' })]));
    expect(words).toEqual({ text: 'Edit\nsrc/a.ts', reasoning: '', toolOutput: 'before\nafter' });
    expect(itemText(item([call('shell', { command: ['bash', '-lc', 'make'], workdir: '~/x' })])).text).toBe(
      'shell\nbash\n-lc\nmake\n~/x',
    );
  });

  it('find the file names in a patch', () => {
    const patch =
      '*** Begin Patch\n*** Update File: src/size.ts\n@@\n-a\n+b\n*** Add File: docs/new page.md\n*** End Patch';
    expect(itemText(item([call('apply_patch', patch)]))).toMatchObject({
      text: 'apply_patch\nsrc/size.ts\ndocs/new page.md',
      toolOutput: patch,
    });
  });

  it('leave terminal codes out', () => {
    const response = '\u001b[1;32mok\u001b[0m \u001b]8;;https://example.org\u0007link\u001b]8;;\u0007 \u001b';
    expect(itemText(item([{ type: 'tool_call_response', id: '1', response, status: 'ok' }])).toolOutput).toBe(
      'ok link ',
    );
  });

  it('name attachments and addresses', () => {
    const parts = [
      { type: 'blob', modality: 'image', mime_type: 'image/png', hash: 'x', size: 1, name: 'shot.png' },
      { type: 'uri', modality: 'document', uri: 'https://example.org/a' },
    ] as unknown as Part[];
    expect(itemText(item(parts)).text).toBe('shot.png\nhttps://example.org/a');
  });

  it('are empty for parts of unknown or broken shape, and never throw', () => {
    const parts = [
      { type: 'new' },
      { type: 'text', content: 5 },
      { type: 'tool_call', name: null },
      { type: 'tool_call_response' },
    ];
    expect(itemText(item(parts as unknown as Part[]))).toEqual({ text: '', reasoning: '', toolOutput: '' });
  });
});

describe('the strings of a JSON value', () => {
  it('come in the order they are written', () => {
    expect(listStrings({ a: ['one', { b: 'two' }], c: 3, d: 'three' })).toEqual(['one', 'two', 'three']);
  });

  it('are found at any depth and number', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(listStrings(deep as never)).toEqual(['bottom']);
    expect(listStrings(Array.from({ length: 300_000 }, () => 'x'))).toHaveLength(300_000);
  });
});

function item(parts: readonly Part[]): Item {
  return { role: 'assistant', parts };
}

function call(name: string, given: unknown): Part {
  return { type: 'tool_call', id: '1', name, arguments: given, tool: 'other' satisfies ToolKind } as Part;
}
