import { describe, expect, it } from 'vitest';
import type { Item, Part } from '../../src/model/item.ts';
import { createRedactorWith } from '../../src/secrets/redactor.ts';
import { createRedactor, type RedactOptions } from '../../src/secrets/secrets.ts';
import { createTextScanner } from '../../src/secrets/text-scanner.ts';
import { filler, github, mustGo } from './must-go.ts';
import { mustStay } from './must-stay.ts';
import { planted } from './planted.ts';

const PLAIN: RedactOptions = { words: [], personal: false, knownValues: [] };

const say = (content: string): Item => ({ role: 'user', parts: [{ type: 'text', content }] });
const contentOf = (item: Item): string => {
  const [part] = item.parts;
  return part?.type === 'text' ? part.content : '';
};

async function redactText(text: string, options: RedactOptions = PLAIN) {
  const [result] = await (await createRedactor(options)).redactItems([say(text)]);
  if (result === undefined) throw new Error('no result');
  return { text: contentOf(result.value), fired: result.fired, doubtful: result.doubtful };
}

describe('what must go', () => {
  it.each(mustGo)('$name', async ({ text, secret, rule }) => {
    const result = await redactText(text);
    expect(result.text).not.toContain(secret);
    expect(result.text).not.toContain(secret.slice(-12));
    expect(result.fired).toHaveProperty(rule);
  });

  it('leaves what stands around the secret', async () => {
    for (const { text, secret, name } of mustGo) {
      const [before = '', after = ''] = text.split(secret);
      if (name.startsWith('private') || name.includes('glued') || name === 'Cookie') continue;
      expect((await redactText(text)).text).toMatch(/\[redacted:[a-z0-9-]+:1\]/);
      expect((await redactText(text)).text.startsWith(before)).toBe(true);
      expect((await redactText(text)).text.endsWith(after)).toBe(true);
    }
  });
});

describe('what must stay', () => {
  it.each(mustStay)('%s', async (text) => {
    const item = say(text);
    for (const personal of [false, true]) {
      const redactor = await createRedactor({ ...PLAIN, personal });
      const [result] = await redactor.redactItems([item]);
      expect(result?.value).toEqual(item);
      expect(result?.fired).toEqual({});
    }
  });
});

describe('readings of a text', () => {
  const readings: Readonly<Record<string, (secret: string) => string>> = {
    'zero-width space inside': (s) => `${s.slice(0, 9)}\u200b${s.slice(9)}`,
    'soft hyphen inside the prefix': (s) => `${s.slice(0, 2)}\u00ad${s.slice(2)}`,
    'bidi mark inside': (s) => `${s.slice(0, 12)}\u202e${s.slice(12)}`,
    'colour code inside': (s) => `${s.slice(0, 3)}\u001b[1;31m${s.slice(3)}\u001b[0m`,
    'UTF-16 as text': (s) => [...s].join('\u0000'),
    'full-width letters': (s) => s.replace(/[A-Za-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
    'wrapped over two lines': (s) => `${s.slice(0, 20)}\n${s.slice(20)}`,
    'wrapped inside the prefix': (s) => `${s.slice(0, 2)}\n${s.slice(2)}`,
    'wrapped every five characters': (s) => s.replace(/.{5}/g, '$&\n'),
    'wrapped over diff lines': (s) => `+${s.slice(0, 20)}\n+${s.slice(20)}`,
    'wrapped behind line numbers': (s) => `  12→${s.slice(0, 20)}\n  13→${s.slice(20)}`,
    'wrapped in a table': (s) => `| ${s.slice(0, 20)} |\n| ${s.slice(20)} |`,
    'added strings': (s) => `"${s.slice(0, 4)}" + "${s.slice(4)}"`,
    'added strings over lines': (s) => `'${s.slice(0, 4)}' +\n  '${s.slice(4)}'`,
    'JSON escape': (s) => s.replace('_', '\\u005f'),
    'hex escape': (s) => s.replace('_', '\\x5f'),
    'percent-encoded': (s) => s.replace('_', '%5F'),
    'HTML entity': (s) => s.replace('_', '&#95;'),
    base64: (s) => Buffer.from(`key ${s}`).toString('base64'),
    'base64 at another alignment': (s) => `x/${Buffer.from(s).toString('base64')}`,
    base64url: (s) => Buffer.from(`~~~???${s}`).toString('base64url'),
    'base64 in lines': (s) =>
      Buffer.from(`${'lorem ipsum '.repeat(4)}${s}`)
        .toString('base64')
        .replace(/.{76}/g, '$&\n'),
    'base64 of UTF-16': (s) => Buffer.from(s, 'utf16le').toString('base64'),
    hexadecimal: (s) => Buffer.from(s).toString('hex'),
  };
  /** Proves that the search itself works: it must see the secret in each reading before redaction. */
  const hides = (text: string, secret: string) => {
    const flat = text
      .replace(/\u001b\[[0-9;]*m|[\u200b\u00ad\u202e\u0000]/g, '')
      .normalize('NFKC')
      .replace(/\\u005f|\\x5f|%5F|&#95;/g, '_')
      .replace(/["'] ?\+\s*["']|\s*\|?\n\s*(?:\d+→|[+|])?\s*/g, '');
    const decoded = [0, 1, 2, 3].flatMap((shift) => {
      const bytes = Buffer.from(flat.slice(shift), 'base64');
      return [bytes.toString('latin1'), bytes.toString('latin1').replaceAll('\u0000', '')];
    });
    return [flat, ...decoded, Buffer.from(flat, 'hex').toString('latin1')].some((t) => t.includes(secret.slice(2, -2)));
  };
  const fields: Readonly<Record<string, (text: string) => Part>> = {
    text: (content) => ({ type: 'text', content }),
    reasoning: (content) => ({ type: 'reasoning', content }),
    'tool name': (name) => ({ type: 'tool_call', id: 'a', name, arguments: {}, tool: 'other' }),
    argument: (command) => ({
      type: 'tool_call',
      id: 'a',
      name: 'Bash',
      arguments: { deep: [{ command }] },
      tool: 'shell',
    }),
    'object key': (key) => ({ type: 'tool_call', id: 'a', name: 'Bash', arguments: { [key]: 1 }, tool: 'shell' }),
    'JSON in a string': (x) => ({
      type: 'tool_call',
      id: 'a',
      name: 'X',
      arguments: JSON.stringify({ x }),
      tool: 'mcp',
    }),
    response: (response) => ({ type: 'tool_call_response', id: 'a', response, status: 'ok' }),
    diff: (diff) => ({ type: 'tool_call_response', id: 'a', response: '', status: 'ok', diff }),
    uri: (uri) => ({ type: 'uri', modality: 'image', uri }),
  };

  for (const [reading, encode] of Object.entries(readings)) {
    it(`${reading}, in every field`, async () => {
      const redactor = await createRedactor(PLAIN);
      for (const [field, place] of Object.entries(fields)) {
        const canary = github;
        const item: Item = { role: 'assistant', parts: [place(encode(canary))] };
        expect(hides(encode(canary), canary), 'the search must see it before').toBe(true);
        const [result] = await redactor.redactItems([item]);
        const left = JSON.stringify(result?.value);
        expect(result?.value, field).not.toEqual(item);
        expect(left.includes('[redacted:'), `${field}: ${left}`).toBe(true);
        const texts = JSON.stringify(result?.value.parts, (_, v) => (typeof v === 'string' ? v : v));
        expect(hides(texts.replace(/\[redacted:[^\]]+\]/g, ' '), canary), field).toBe(false);
      }
    });
  }
});

describe('the result for an item', () => {
  it('is the same object when nothing is found', async () => {
    const item = say('nothing to see in src/base/json.ts');
    const [result] = await (await createRedactor(PLAIN)).redactItems([item]);
    expect(result?.value).toBe(item);
  });

  it('does not depend on its neighbours or their order', async () => {
    const redactor = await createRedactor(PLAIN);
    const items = [...mustGo.map((row) => say(row.text)), ...mustStay.map(say)];
    const alone = [];
    for (const item of items) alone.push((await redactor.redactItems([item]))[0]);
    expect(await redactor.redactItems(items)).toEqual(alone);
    expect((await redactor.redactItems(items.toReversed())).toReversed()).toEqual(alone);
  });

  it('is clean: a second run changes nothing', async () => {
    const redactor = await createRedactor(PLAIN);
    for (const { text } of mustGo) {
      const [once] = await redactor.redactItems([say(text)]);
      if (once === undefined) throw new Error('no result');
      const [twice] = await redactor.redactItems([once.value]);
      expect(twice?.value).toBe(once.value);
    }
  });

  it('numbers different values of a rule and repeats the number of an equal one', async () => {
    const other = `gh${'p_'}${filler(36, 40)}`;
    const { text, fired } = await redactText(`${github} ${other} ${github}`);
    expect(text).toBe('[redacted:github:1] [redacted:github:2] [redacted:github:1]');
    expect(fired).toEqual({ github: 3 });
  });

  it('does not depend on the order of members in arguments', async () => {
    const call = (args: Readonly<Record<string, string>>): Item => ({
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'a', name: 'X', arguments: args, tool: 'other' }],
    });
    const other = `gh${'p_'}${filler(36, 41)}`;
    const redactor = await createRedactor(PLAIN);
    const [a] = await redactor.redactItems([call({ x: github, y: other })]);
    const [b] = await redactor.redactItems([call({ y: other, x: github })]);
    expect(a?.value).toEqual(b?.value);
  });

  it('loses a value everywhere in the item once one rule has found it', async () => {
    const secret = filler(32, 42);
    const item: Item = {
      role: 'assistant',
      parts: [
        { type: 'text', content: `first ${secret}` },
        { type: 'text', content: `then api_key = "${secret}"` },
      ],
    };
    const [result] = await (await createRedactor(PLAIN)).redactItems([item]);
    expect(JSON.stringify(result?.value)).not.toContain(secret);
  });

  it('takes the value of a member with a telling name', async () => {
    const item: Item = {
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'a', name: 'X', arguments: { env: { DB_PASSWORD: 'hunter2' } }, tool: 'other' }],
    };
    const [result] = await (await createRedactor(PLAIN)).redactItems([item]);
    expect(JSON.stringify(result?.value)).not.toContain('hunter2');
  });

  it('keeps a key called __proto__ and two keys that become equal', async () => {
    const args = JSON.parse(`{"__proto__":{"a":1},"${github}":1,"${github} ":2}`);
    const item: Item = {
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'a', name: 'X', arguments: args, tool: 'other' }],
    };
    const [result] = await (await createRedactor(PLAIN)).redactItems([item]);
    const text = JSON.stringify(result?.value);
    expect(text).toContain('"__proto__":{"a":1}');
    expect(text).toContain(':1,');
    expect(text).toContain(':2');
    expect(text).not.toContain(github);
  });

  it('leaves the name of a blob and all of its fixed members alone', async () => {
    const hash = 'ab'.repeat(32);
    const item = {
      role: 'user',
      parts: [{ type: 'blob', modality: 'image', mime_type: 'image/png', hash, size: 3 }],
    } as unknown as Item;
    const [result] = await (await createRedactor(PLAIN)).redactItems([item]);
    expect(result?.value).toBe(item);
  });
});

describe('the fast look', () => {
  it('misses nothing that a run without it finds', async () => {
    const redactor = await createRedactor(PLAIN);
    const full = createRedactorWith(createTextScanner({ ...PLAIN, ungated: true }));
    const items = [...mustGo.map((row) => say(row.text)), ...mustStay.map(say)];
    expect(await redactor.redactItems(items)).toEqual(await full.redactItems(items));
  });
});

describe('a mask', () => {
  it('of any length is looked at once', async () => {
    for (const mask of ['x', '*', '…', '-'])
      expect((await redactText(`password="${mask.repeat(300)}!"`)).text.length).toBeLessThan(330);
  });
});

describe('options', () => {
  it('takes words out literally and by case', async () => {
    const { text } = await redactText('Project Falcon+ and falcon+', { ...PLAIN, words: ['Falcon+'] });
    expect(text).toBe('Project [redacted:word:1] and falcon+');
  });

  it('takes known values out, also encoded, but not short ones', async () => {
    const known = 'correct-horse-battery';
    const { text } = await redactText(`${known} ${Buffer.from(known).toString('base64')} abc`, {
      ...PLAIN,
      knownValues: [known, 'abc'],
    });
    expect(text).toBe('[redacted:known:1] [redacted:known:1] abc');
  });

  it('takes personal data out only when asked', async () => {
    const line = 'Jo <jo.doe@acme.dev> from 81.2.69.142, call +49 170 1234 5678, card 4539 1488 0343 6467';
    expect((await redactText(line)).text).toBe(line);
    expect((await redactText(line, { ...PLAIN, personal: true })).text).toBe(
      'Jo <[redacted:email:1]> from [redacted:ip:1], call [redacted:phone:1], card [redacted:card:1]',
    );
  });

  it('leaves addresses that belong to nobody', async () => {
    const line = 'git@github.com noreply@acme.dev a@example.com foo@2x.png 192.168.0.1 127.0.0.1 10.0.0.7 v1.2.3.4';
    expect((await redactText(line, { ...PLAIN, personal: true })).text).toBe(line);
  });
});

describe('home directories', () => {
  it.each([
    ['/home/joe/src', '~/src'],
    ['/Users/joe.doe/src', '~/src'],
    ['cd /Users/joe', 'cd ~'],
    ['C:\\Users\\Joe Doe\\x', '~\\x'],
    ['C:\\\\Users\\\\joe\\\\x', '~\\\\x'],
    ['C:/Users/joe/x', '~/x'],
    ['/mnt/c/Users/joe/x', '~/x'],
    ['/c/Users/joe/x', '~/x'],
    ['file:///home/joe/x', 'file://~/x'],
    ['%2FUsers%2Fjoe%2Fx', '~%2Fx'],
    ['"\\/home\\/joe\\/x"', '"~\\/x"'],
    ['a\\n/home/joe/x', 'a\\n~/x'],
    ['~/.claude/projects/-Users-joe-code-app/x', '~/.claude/projects/~-code-app/x'],
    ['projects/-home-joe-code/x', 'projects/~-code/x'],
    ['{"/Users/joe/a", "-Users-joe-a"} /home/joe/b', '{"~/a", "~-a"} ~/b'],
  ])('%s becomes %s', async (text, short) => {
    expect((await redactText(text)).text).toBe(short);
  });
});

describe('images in text', () => {
  const png = Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    Buffer.from('0000000d49484452000000010000000108060000001f15c489', 'hex'),
    Buffer.from('0000000a49444154789c6360000000020001e221bc33', 'hex'),
    Buffer.from('0000000049454e44ae426082', 'hex'),
  ]);
  const withText = (text: string) => {
    const chunk = Buffer.alloc(12 + text.length);
    chunk.writeUInt32BE(text.length, 0);
    chunk.write(`tEXt${text}`, 4, 'latin1');
    return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
  };

  it('stay as they are to the last byte', async () => {
    const line = `![x](data:image/png;base64,${png.toString('base64')}) and ${github}`;
    expect((await redactText(line)).text).toBe(
      `![x](data:image/png;base64,${png.toString('base64')}) and [redacted:github:1]`,
    );
  });

  it('are dropped whole when they hold a secret', async () => {
    const line = `data:image/png;base64,${withText(`note\u0000${github}`).toString('base64')}|`;
    expect((await redactText(line)).text).toBe('data:image/png;base64,[redacted:image:1]|');
  });

  it('are text when they only pretend', async () => {
    const fake = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(`  ${github}  and more text`)]);
    const { text } = await redactText(`data:image/png;base64,${fake.toString('base64')}|`);
    expect(text).toContain('[redacted:github:1]');
  });
});

describe('doubtful findings', () => {
  it('stay where they are and are counted', async () => {
    const line = 'token: "6ba7b810-9dad-11d1-80b4-00c04fd430c8"';
    expect(await redactText(line)).toEqual({ text: line, fired: {}, doubtful: { token: 1 } });
  });
});

describe('a secret that is cut in two', () => {
  const halves = [github.slice(0, 17), github.slice(17)] as const;
  const cut: Readonly<Record<string, Item>> = {
    'over two blocks of text': {
      role: 'user',
      parts: halves.map((content) => ({ type: 'text', content: `${content}` })),
    },
    'over two entries of a list': {
      role: 'assistant',
      parts: [
        { type: 'tool_call', id: 'a', name: 'X', arguments: { words: ['use', ...halves, 'now'] }, tool: 'other' },
      ],
    },
    'over two outputs': {
      role: 'tool',
      parts: [
        {
          type: 'tool_call_response',
          id: 'a',
          response: halves.map((text) => ({ type: 'text', text })) as unknown as string,
          status: 'ok',
        },
      ],
    },
  };
  it.each(Object.entries(cut))('%s', async (_, item) => {
    const redactor = await createRedactor(PLAIN);
    const [result] = await redactor.redactItems([item]);
    const left = JSON.stringify(result?.value);
    for (const half of halves) expect(left).not.toContain(half.slice(6, 15));
    expect(result?.fired).toEqual({ github: 1 });
    expect(await redactor.scanValue(JSON.parse(JSON.stringify(item)))).not.toEqual([]);
  });

  it('over a line end that a title shows as a blank', async () => {
    const redactor = await createRedactor(PLAIN);
    const { value } = await redactor.redactMeta({ title: `use ${halves.join(' ')} now` });
    expect(value.title).toBe('use [redacted:github:1] now');
  });

  it.each([
    ['at the end of an output', (half: string) => `TOKEN is ${half}\n`],
    ['before what Codex leaves out', (half: string) => `use ${half}…4312 tokens truncated…ed and so on`],
    [
      'before what Claude Code leaves out',
      (half: string) => `use ${half}\n\n... [1204 characters truncated] ...\n\nand`,
    ],
    ['before a note in brackets', (half: string) => `use ${half} [output truncated]`],
  ])('so that only its first half is there: %s', async (_, around) => {
    const redactor = await createRedactor(PLAIN);
    const items = [
      around(`ghp_${filler(18, 61)}`),
      around(`sk-ant-api03-${filler(30, 62)}`),
      around(`AKIA${'Q7RT2LMX9V'}`),
    ].map(say);
    for (const { value, fired } of await redactor.redactItems(items)) {
      expect(JSON.stringify(value)).toMatch(/\[redacted:(?:github|anthropic|aws|token):1\]/);
      expect(Object.values(fired)).toEqual([1]);
    }
  });

  it.each([
    'the prefix is ghp_',
    'set npm_config_registry_proxy',
    'from hf_hub import glpat-token-of-yours',
    'a task is sk-ant-api03-and-more-words',
    'npm_lifecycle_event2 … [12 lines truncated]',
  ])('but beginnings of words stay: %s', async (text) => {
    const redactor = await createRedactor(PLAIN);
    const [result] = await redactor.redactItems([say(text)]);
    expect(result?.fired).toEqual({});
  });

  it('a private key of which a command shows the first or the last lines', async () => {
    const redactor = await createRedactor(PLAIN);
    const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} PRIVATE ${'KEY'}-----`);
    const [first = '', second = '', last = ''] = [filler(64, 71), filler(64, 72), `${filler(22, 73)}==`];
    const shown = [
      { lines: [begin, first], gone: first },
      { lines: [second, last, end], gone: second },
      { lines: [last, end], gone: last },
      { lines: [begin, first, '... [3 lines truncated] ...', second, end], gone: first },
    ];
    for (const { lines, gone } of shown) {
      const [result] = await redactor.redactItems([say(`$ sed -n 1p key\n${lines.join('\n')}`)]);
      expect(result?.fired['private-key']).toBeGreaterThan(0);
      expect(JSON.stringify(result?.value)).not.toContain(gone.slice(0, 12));
      expect(JSON.stringify(result?.value)).not.toContain(second.slice(0, 12));
    }
  });

  it('but texts that only stand side by side stay', async () => {
    const redactor = await createRedactor(PLAIN);
    const item = say('a');
    const parts: Part[] = ['the token is', 'sk-', 'learn', `ghp_`, 'x'].map((content) => ({ type: 'text', content }));
    const [result] = await redactor.redactItems([{ ...item, parts }]);
    expect(result?.fired).toEqual({});
  });
});

describe('meta', () => {
  it('loses homes and credentials but keeps its counts', async () => {
    const redactor = await createRedactor(PLAIN);
    const meta = {
      title: `use ${github}`,
      cwd: '/Users/joe/app',
      git: { remote: `https://joe:${filler(20, 50)}@git.acme.dev/app` },
      redactions: { github: 2 },
    };
    const { value } = await redactor.redactMeta(meta);
    expect(value).toEqual({
      title: 'use [redacted:github:1]',
      cwd: '~/app',
      git: { remote: 'https://joe:[redacted:url:1]@git.acme.dev/app' },
      redactions: { github: 2 },
    });
  });

  it('does not name a project after the person whose home it is', async () => {
    const redactor = await createRedactor(PLAIN);
    for (const cwd of ['/home/joe', '/Users/joe/', 'C:\\Users\\joe']) {
      expect((await redactor.redactMeta({ cwd, project: 'joe' })).value.project).toBe('~');
    }
    expect((await redactor.redactMeta({ cwd: '/home/joe/app', project: 'app' })).value.project).toBe('app');
  });
});

describe('markers', () => {
  it('are left whole by what looks like a secret around them, whatever stands on the line before', async () => {
    const lines = planted.map(({ text }) => text).filter((text) => !text.includes('\n'));
    const redactor = await createRedactor(PLAIN);
    const redact = async (text: string) => {
      const [done] = await redactor.redactItems([say(text)]);
      return done === undefined ? '' : contentOf(done.value);
    };
    for (const line of lines) {
      const once = await redact(`curl -s https://x.dev; mysql db; ${line}; redis-cli -a Zx81Spec-trum ping`);
      expect(once).not.toMatch(/\[redacted:[^\]]*\[/);
      expect(await redact(once)).toBe(once);
    }
  });
});
