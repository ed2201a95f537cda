/** Turns as articles: every role, every part, every kind of tool. */
/** What a reader sees and what a permalink, a cache and a screen reader rely on. */

import { describe, expect, it } from 'vitest';
import { escapeHtml } from '../../../src/base/html.ts';
import { blobHash } from '../../../src/model/ids.ts';
import type { Item, NoteKind, ToolKind } from '../../../src/model/item.ts';
import {
  RENDERER_VERSION,
  renderDamagedTurn,
  renderFeedContent,
  renderTurn,
  renderWithheldTurn,
} from '../../../src/site/render/turn.ts';
import { expectLinear, expectWithin } from '../../base/growth.ts';
import { parseStrict } from './parse.ts';
import { callPart, HASH, item, render, renderAnswered, responsePart, textPart } from './samples.ts';

const TURN = { hash: HASH, timeMs: Date.UTC(2026, 0, 2, 3, 4, 5), typeId: 'turnpress.item', rawLength: 10_000 };
const words = (html: string) => parseStrict(html).text.replace(/\s+/g, ' ').trim();

describe('a turn', () => {
  it('is an article named by its hash, with role, time and permalink', () => {
    const html = render(item('user', textPart('hello')));
    expect(html).toContain('<article class="turn turn-user" id="t-0123456789abcdef">');
    expect(html).toContain('<a class="permalink" href="#t-0123456789abcdef" title="Link to this turn">');
    expect(html).toContain('<time datetime="2026-01-02T03:04:05.000Z">');
    expect(words(html)).toBe('Prompt 2 Jan 2026, 03:04 UTC hello');
  });

  it('gives the same bytes for the same input, whatever was rendered before', () => {
    const one = item('assistant', textPart('```md\n<script>let a = 1</script>\n```'));
    const first = render(one);
    for (const language of ['js', 'xml', 'css', 'yaml', 'dockerfile', 'typescript']) {
      render(item('assistant', textPart(`\`\`\`${language}\nx = 1 # <a b="c">\n\`\`\``)));
    }
    expect(render(one)).toBe(first);
    expect(RENDERER_VERSION).not.toBe('');
  });

  it('names the model, and why an answer was cut off', () => {
    const html = render({ ...item('assistant', textPart('x')), model: 'model-x', finish_reason: 'max_tokens' });
    expect(words(html)).toContain('Answer model-x max_tokens');
  });

  it('is quiet when an answer holds tool work only', () => {
    expect(render(item('assistant', callPart('read', { path: 'a' })))).toContain('turn-assistant turn-quiet');
    expect(render(item('assistant', textPart('x'), callPart('read', { path: 'a' })))).not.toContain('turn-quiet');
  });

  it('folds a prompt that is longer than a screen, and no answer', () => {
    const long = 'word '.repeat(700);
    expect(render(item('user', textPart(long)))).toContain('<details class="long"><summary>The whole prompt');
    expect(render(item('user', textPart('line\n'.repeat(50))))).toContain('<details class="long">');
    expect(render(item('user', textPart('word '.repeat(400))))).not.toContain('<details');
    expect(render(item('assistant', textPart(long)))).not.toContain('<details');
  });

  it('folds reasoning', () => {
    const html = render(item('assistant', { type: 'reasoning', content: 'I **think**' }));
    expect(html).toContain('<details class="reasoning"><summary>Reasoning</summary>');
    expect(html).toContain('<strong>think</strong>');
  });

  it('shows images that are published, with measures and a name, and says so when one is not', () => {
    const hash = blobHash('ab'.repeat(32));
    const blob = {
      type: 'blob',
      modality: 'image',
      mime_type: 'image/png',
      hash,
      size: 34_000,
      name: 'a "b".png',
    } as const;
    const html = render(item('user', blob));
    expect(html).toContain(
      `<img src="/images/${hash}.png" alt="a &quot;b&quot;.png" width="1280" height="800" loading="lazy"`,
    );
    expect(words(html)).toContain('image/png, 34 KB');
    const input = { turn: TURN, item: item('user', blob), calls: new Map(), findBlob: () => undefined };
    expect(words(renderTurn(input))).toContain('a "b".png (image/png, 34 KB) is not published here.');
    expect(render(item('user', { ...blob, mime_type: 'image/svg+xml' }))).not.toContain('<img');
  });

  it('shows a part and a payload of a later version as a notice that names its type', () => {
    expect(words(render({ role: 'user', parts: [{ type: 'hologram' }] } as unknown as Item))).toContain('hologram');
    const foreign = {
      turn: { ...TURN, typeId: 'cxdb.thing' },
      item: undefined,
      calls: new Map(),
      findBlob: () => undefined,
    };
    expect(words(renderTurn(foreign))).toContain('A payload of type cxdb.thing');
  });

  it('says what stood where a turn was taken back or is damaged', () => {
    expect(words(renderWithheldTurn(TURN, 'a secret'))).toContain('was taken back');
    expect(words(renderWithheldTurn(TURN, 'a secret'))).toContain('a secret');
    expect(words(renderDamagedTurn(TURN, 'tile 3'))).toContain('tile 3');
    for (const html of [renderWithheldTurn(TURN, ''), renderDamagedTurn(TURN, '')]) {
      expect(html).toContain('id="t-0123456789abcdef"');
    }
  });
});

describe('system items', () => {
  const labels: Readonly<Record<NoteKind, string>> = {
    compaction: 'Context compacted',
    command: 'Command',
    hook: 'Hook',
    notice: 'Notice',
    interrupt: 'Interrupted',
    error: 'Error',
    context: 'Context',
    rewind: 'Went back',
  };
  for (const [note, label] of Object.entries(labels)) {
    it(`are named by their kind: ${note}`, () => {
      const html = render({ ...item('system', textPart('what happened')), note: note as NoteKind });
      expect(html).toContain(`turn-system turn-note-${note}`);
      expect(words(html)).toMatch(new RegExp(`^${label} .*what happened`));
    });
  }

  it('fold when they are long', () => {
    const html = render({ ...item('system', textPart('a line\n'.repeat(200))), note: 'context' });
    expect(html).toContain('<details class="note"><summary>');
    expect(words(html)).toContain('1,399 characters');
  });
});

/** For each kind: a call, and words that must be on the page without opening anything. */
const CALLS: Readonly<Record<ToolKind, { args: Parameters<typeof callPart>[1]; line: string }>> = {
  shell: { args: { command: 'ls -la', description: 'Look' }, line: 'Tool ls -la Look' },
  read: { args: { file_path: 'a/b.ts', offset: 5, limit: 10 }, line: 'Tool a/b.ts lines 5–14' },
  write: { args: { file_path: 'a.py', content: 'x = 1\ny = 2\n' }, line: 'Tool a.py +2' },
  edit: { args: { file_path: 'a.go', old_string: 'a\nb\n', new_string: 'a\nc\nd\n' }, line: 'Tool a.go +2 −1' },
  search: { args: { pattern: 'fo+', path: 'src', glob: '*.ts' }, line: 'Tool fo+ in src, *.ts' },
  fetch: { args: { url: 'https://example.org/', prompt: 'What?' }, line: 'Tool https://example.org/' },
  task: {
    args: { description: 'Find it', prompt: '**Look**', subagent_type: 'explorer' },
    line: 'Tool Find it explorer',
  },
  todo: {
    args: {
      todos: [
        { content: 'one', status: 'completed' },
        { content: 'two', status: 'pending' },
      ],
    },
    line: 'Tool 1 of 2 done one two',
  },
  mcp: { args: { id: 'X-1', deep: { a: [1] } }, line: 'Tool X-1' },
  other: { args: { what: 'thing' }, line: 'Tool thing' },
};

describe('tool calls', () => {
  for (const [kind, { args, line }] of Object.entries(CALLS)) {
    it(`of kind ${kind} say what they are about`, () => {
      const html = render(item('assistant', callPart(kind as ToolKind, args)));
      expect(html).toContain(`class="call call-${kind} unanswered"`);
      expect(words(html)).toContain(line);
    });

    it(`of kind ${kind} survive arguments of any other shape`, () => {
      for (const odd of [null, 1, 'text', [], [1, 'a'], {}, { command: 1, todos: 'x', edits: [null, 1], path: {} }]) {
        expect(words(render(item('assistant', callPart(kind as ToolKind, odd))))).toContain('Tool');
      }
    });
  }

  it('show a change with its signs as text', () => {
    const html = render(item('assistant', callPart('edit', CALLS.edit.args)));
    expect(html).toContain('<span class="del">-b\n</span><span class="add">+c\n+d\n</span>');
  });

  it('show several edits, and patches given as text', () => {
    const edits = {
      file_path: 'a',
      edits: [
        { old_string: 'a', new_string: 'b' },
        { old_string: 'c', new_string: 'd' },
      ],
    };
    expect(words(render(item('assistant', callPart('edit', edits))))).toContain('Tool a +2 −2');
    const patch = '*** Begin Patch\n*** Update File: src/x.ts\n@@\n-a\n+b\n*** End Patch';
    for (const args of [patch, { input: patch }]) {
      expect(words(render(item('assistant', callPart('edit', args))))).toContain('Tool src/x.ts +1 −1');
    }
  });

  it('give up on texts that are too different and show both', async () => {
    const lines = (n: number, word: string) => Array.from({ length: n }, (_, i) => `${word} ${i * 7919}`).join('\n');
    const edit = (n: number) => {
      const call = item('assistant', callPart('edit', { old_string: lines(n, 'old'), new_string: lines(n, 'new') }));
      return () => render(call);
    };
    expect(words(edit(3_000)())).toContain('+3000 −3000');
    await expectLinear(edit(750), edit(3_000));
  });

  it('unwrap a shell that only runs another command line, and quote words that need it', () => {
    expect(words(render(item('assistant', callPart('shell', { command: ['bash', '-lc', 'a | b'] }))))).toContain(
      'a | b',
    );
    expect(words(render(item('assistant', callPart('shell', { cmd: ['echo', "it's"] }))))).toContain("echo 'it'\\''s'");
  });

  it('show arguments of several lines as text, not as one line full of escapes', () => {
    const html = render(item('assistant', callPart('mcp', { body: 'a\nb', n: 1 })));
    expect(html).toContain('<dt>body</dt><dd><div class="plain">a\nb</div></dd>');
  });
});

describe('tool responses', () => {
  const shell = callPart('shell', { command: 'x' });

  it('that stand by themselves name their call', () => {
    const html = render(item('tool', responsePart('line\n'.repeat(40))), shell);
    expect(html).toContain('<details class="call ok"><summary>');
    expect(words(html)).toContain('Output of Tool x 40 lines');
  });

  it('stand inside the row of their call, each with an address of its own, and open when they failed', () => {
    const html = renderAnswered(item('assistant', textPart('Look:'), shell), responsePart('out', { status: 'error' }));
    expect(html).toMatch(
      /<details class="call call-shell error" open><summary>.*failed<\/span><\/summary>\n<section class="result error" id="t-1{16}">/,
    );
    expect(html.match(/<section /g)).toHaveLength(1);
    expect(renderAnswered(item('assistant', shell), responsePart('out'))).toContain(
      '<details class="call call-shell ok"><summary>',
    );
  });

  it('keep their address when there is no room for their call', () => {
    const long = item('assistant', ...Array.from({ length: 400 }, (_, i) => textPart(`text ${i} `.repeat(100))), shell);
    const html = renderAnswered(long, responsePart('out'));
    expect(html).toContain('are left out here');
    expect(html).toContain('<section class="result ok" id="t-1111111111111111">');
  });

  it('say how long they took, where somebody had to wait', () => {
    const took = (duration_ms: number) => words(render(item('tool', responsePart('a', { duration_ms })), shell));
    expect(took(400)).not.toContain(' s ');
    expect(took(4_210)).toContain('4.2 s');
    expect(took(131_000)).toContain('2 min 11 s');
  });

  it('give paths from the project’s folder on', () => {
    const call = callPart('read', { file_path: '~/code/app/.worktrees/1/src/a.ts' });
    const html = renderAnswered(item('assistant', call), responsePart('x'), ['~/code/app', '~/code/app/.worktrees/1']);
    expect(html).toContain('<code class="detail"><span class="dir">src/</span>a.ts</code>');
    expect(renderAnswered(item('assistant', call), responsePart('x'), ['~/code/ap'])).toContain('~/code/app/');
  });

  it('show status and exit code', () => {
    expect(words(render(item('tool', responsePart('x', { status: 'error', exit_code: 2 })), shell))).toContain(
      'exit 2',
    );
    expect(words(render(item('tool', responsePart('x', { status: 'error' })), shell))).toContain('failed');
    expect(words(render(item('tool', responsePart('x', { status: 'cancelled' })), shell))).toContain('cancelled');
    expect(words(render(item('tool', responsePart('x', { exit_code: 0, duration_ms: 4_210 })), shell))).toContain(
      '4.2 s',
    );
  });

  it('say when there was nothing', () => {
    expect(words(render(item('tool', responsePart('')), shell))).toContain('No output');
    expect(words(render(item('tool', responsePart(null))))).toContain('No result');
  });

  it('show what a tool said that it changed, and the call not once more', () => {
    const more = { diff: '--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n' };
    expect(render(item('tool', responsePart('done', more)))).toContain('<span class="add">+y\n</span>');
    const call = callPart('edit', { file_path: 'a', old_string: 'x', new_string: 'y' });
    const html = renderAnswered(item('assistant', call), responsePart('done', more));
    expect(html.match(/class="add"/g)).toHaveLength(1);
    expect(words(html)).toContain('Tool a +1 −1');
  });

  it('render the report of a sub-agent as Markdown and other output as it stands', () => {
    expect(render(item('tool', responsePart('**a**')), callPart('task', { prompt: 'x' }))).toContain(
      '<strong>a</strong>',
    );
    expect(render(item('tool', responsePart('**a**')), shell)).toContain('<code>**a**</code>');
  });

  it('join text blocks and indent other JSON', () => {
    expect(
      words(
        render(
          item(
            'tool',
            responsePart([
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ]),
          ),
        ),
      ),
    ).toContain('a b');
    expect(render(item('tool', responsePart({ a: 1 })))).toContain('{\n  &quot;a&quot;: 1\n}');
  });

  it('show both ends of very long output and count what is left out', () => {
    const html = render(item('tool', responsePart(`start\n${'y\n'.repeat(500_000)}end`)), shell);
    expect(html.length).toBeLessThan(300_000);
    expect(words(html)).toMatch(/start .*characters are left out here.* end$/);
  });

  it('take the cheap way: output costs little more than writing it as HTML', async () => {
    const output = 'src/site/render/turn.ts:12: const value = read(input);\n'.repeat(4_000);
    const often = (work: () => unknown) => () => {
      for (let i = 0; i < 50; i++) work();
    };
    await expectWithin(
      15,
      often(() => escapeHtml(output)),
      often(() => render(item('tool', responsePart(output)), shell)),
    );
  });
});

describe('feed content', () => {
  it('holds prompt, the work in one line, and what was said, without classes', () => {
    const html = renderFeedContent([
      item('user', textPart('Do **it**')),
      item(
        'assistant',
        { type: 'reasoning', content: 'hidden thought' },
        textPart('Doing [it](a.md).'),
        callPart('shell', { command: 'make it' }, 'Bash'),
      ),
      item('tool', responsePart('long output')),
      item('system', textPart('a hook ran')),
    ]);
    expect(html).toContain('<blockquote>\n<p>Do <strong>it</strong></p>');
    expect(html).toContain('<p>Doing it.</p>');
    expect(html).toContain('<p><em>1 command</em></p>');
    const whole = renderFeedContent([
      item('user', textPart('Do it')),
      item('assistant', textPart('I look.'), callPart('shell', {}, 'Bash')),
      item('assistant', textPart('It is done.')),
    ]);
    expect(words(whole)).toBe('Do it 1 command It is done. Said on the way I look.');
    expect(html).not.toMatch(/class=|hidden thought|long output|a hook ran/);
    expect(() => parseStrict(html)).not.toThrow();
  });
});
