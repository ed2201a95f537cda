/** What a person was asked: questions with their options, what was chosen, and plans that want to be read. */
/** Questions and answers come from outside: nothing in them becomes markup, and odd ones are still shown. */

import { expect, it } from 'vitest';
import { callPart, item, renderAnswered, responsePart } from '../samples.ts';

const questions = [
  {
    question: 'Where should it be <kept>?',
    header: 'Storage',
    options: [
      { label: 'In a file', description: 'Simple' },
      { label: 'In a table', description: 'Fast' },
    ],
  },
  { id: 'why', question: 'And "why"?', options: [{ label: 'Because' }] },
];

function shown(
  answer: Parameters<typeof responsePart>[0],
  args: Parameters<typeof callPart>[1] = { questions },
): string {
  return renderAnswered(item('assistant', callPart('other', args, 'AskUserQuestion')), responsePart(answer));
}

const chosen = (label: string): string => `aria-label="chosen"></span> <strong>${label}</strong>`;

it('shows each question with its options, unfolded, and marks what the sentence of the answer says', () => {
  const html = shown(
    'User has answered your questions: "Where should it be <kept>?"="In a table", "And "why"?"="My own, long words". You can now go on.',
  );
  expect(html).toContain('<details class="call call-other ok" open>');
  expect(html).toContain('<p class="question">Where should it be &lt;kept&gt;?</p>');
  expect(html).toContain(`${chosen('In a table')} Fast`);
  expect(html).not.toContain(chosen('In a file'));
  expect(html).toContain('<p class="said">My own, long words</p>');
});

it('marks what the JSON of an answer says, by the name of the question or its words', () => {
  const html = shown(
    JSON.stringify({ answers: { why: { answers: ['Because'] }, [questions[0]?.question ?? '']: 'In a file' } }),
  );
  expect(html).toContain(chosen('Because'));
  expect(html).toContain(chosen('In a file'));
});

it('marks nothing where the answer says something else', () => {
  for (const answer of ['No.', '{', '{"answers":7}', '', null, ['x'], { answers: { why: 3 } }])
    expect(shown(answer), JSON.stringify(answer)).not.toContain('aria-label="chosen"');
});

it('shows questions of an odd shape, and leaves other lists called so as they are', () => {
  const odd = [{ question: 'What?', options: ['Yes', 7, null] }, 3, null];
  expect(shown('"What?"="Yes"', { questions: odd })).toContain(chosen('Yes'));
  expect(shown('', { questions: ['one', 'two'] })).not.toContain('class="questions"');
});

it('shows a plan as prose, unfolded, with what else came with it', () => {
  const html = shown('User has approved your plan.', {
    plan: '# Wind it\n\n- first <b>',
    allowedPrompts: [{ tool: 'Bash', prompt: 'run the tests' }],
  });
  expect(html).toContain('<div class="prose plan" dir="auto">');
  expect(html).toContain('Wind it');
  expect(html).toContain('run the tests');
});
