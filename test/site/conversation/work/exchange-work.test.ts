/** What is told of exchanges: counted once, bounded, and the same whether a page was walked or stood as it was. */
/** Sessions as agents write them, told turn by turn. */

import { expect, it } from 'vitest';
import { turnHash } from '../../../../src/model/ids.ts';
import type { Item, Part } from '../../../../src/model/item.ts';
import type { LoggedTurn } from '../../../../src/model/turn.ts';
import { createWorkCollector, LONGEST_PAUSE, sumWork } from '../../../../src/site/conversation/work/exchange-work.ts';
import type { ToldExchange } from '../../../../src/site/state/pages/told.ts';
import type { TurnView } from '../../../../src/site/view/turn-view.ts';
import { answer, call, prompt, response } from '../../site-fixture.ts';

function tell(items: readonly (readonly [minute: number, item: Item])[]): readonly ToldExchange[] {
  const collector = createWorkCollector(['~/app']);
  let number = 0;
  const told = items.map(([minute, item], i) => {
    const turn = { hash: turnHash(i.toString(16).padStart(64, '0')), timeMs: minute * 60_000 } as LoggedTurn;
    const view: TurnView = { turn, item, prompt: item.role === 'user' };
    if (view.prompt) number++;
    return collector.add(view, { number, line: `prompt ${number}`, page: '/c/x/' });
  });
  return [...told, collector.finish()].filter((one) => one !== undefined);
}

const edit = (id: string, path: string): Part => ({
  ...{ type: 'tool_call', id, name: 'Edit', tool: 'edit' },
  arguments: { file_path: path, old_string: 'a\nb\nc', new_string: 'a\nB\nB\nc' },
});

it('counts calls by what they do, failures, files from the project’s folder on, and the last thing said', () => {
  const failed = { role: 'tool', parts: [{ ...response('b', 'no').parts[0], status: 'error' }] } as Item;
  const [one, two] = tell([
    [0, prompt('x')],
    [1, answer('On it.', edit('a', '~/app/src/a.ts'), call('b', 'make'))],
    [1, response('a', 'ok')],
    [2, failed],
    [3, answer('Done. All of it.')],
    [4, prompt('y')],
  ]);
  expect(one).toMatchObject({ number: 1, line: 'prompt 1', startMs: 0, endMs: 180_000, closing: 'Done. All of it.' });
  expect(one?.work).toMatchObject({
    ...{ calls: { edit: 1, shell: 1 }, failed: 1, workedMs: 180_000 },
    files: [{ path: 'src/a.ts', added: 2, removed: 1 }],
  });
  expect(two).toMatchObject({ number: 2, closing: '' });
});

it('knows commits and pull requests by what the commands said', () => {
  const [one] = tell([
    [0, prompt('x')],
    [1, answer('a', call('a', 'git add -A && git commit -m "Fix it"'), call('b', 'gh pr create --fill'))],
    [1, response('a', '[fix/it (root-commit) 1a2b3c4] Fix it\n 1 file changed')],
    [2, response('b', 'https://github.com/me/app/pull/12\n')],
    [3, answer('b', call('c', 'git log'))],
    [3, response('c', '[main 9999999] not a commit of ours')],
  ]);
  expect(one?.work.commits).toEqual([{ hash: '1a2b3c4', subject: 'Fix it' }]);
  expect(one?.work.requests).toEqual(['https://github.com/me/app/pull/12']);
});

it('splits tokens into fresh, cached and written, by model, and counts long pauses short', () => {
  const usage = {
    ...{ input_tokens: 100, output_tokens: 7 },
    ...{ cache_read_input_tokens: 60, cache_creation_input_tokens: 30 },
  };
  const told = tell([
    [0, prompt('x')],
    [600, { ...answer('a'), usage }],
    [601, { ...answer('b'), model: 'model-two', usage }],
    [602, prompt('y')],
    [602, { ...answer('c'), usage }],
  ]);
  expect(told[0]?.work.workedMs).toBe(LONGEST_PAUSE + 60_000);
  expect(sumWork(told).tokens).toEqual([
    { model: 'model-one', fresh: 20, cached: 120, written: 60, output: 14 },
    { model: 'model-two', fresh: 10, cached: 60, written: 30, output: 7 },
  ]);
});
