import { expect, it } from 'vitest';
import { findProject } from '../../../src/ingest/kit/project.ts';

it.each([
  ['/home/dev/code/orchard', 'orchard'],
  ['/home/dev/code/orchard/', 'orchard'],
  ['C:\\code\\orchard', 'orchard'],
  ['/home/dev/code/orchard/.worktrees/1', 'orchard'],
  ['/home/dev/code/orchard/.worktrees/1/src', 'orchard'],
  ['/home/dev/code/orchard/.claude/worktrees/brave-fox', 'orchard'],
  ['C:\\code\\orchard\\.worktrees\\2', 'orchard'],
  ['/home/dev/worktrees/pear', 'pear'],
  ['https://git.example.org/dev/orchard', 'orchard'],
  ['/', undefined],
  ['C:\\', undefined],
  ['', undefined],
])('takes the project of %j to be %j', (path, name) => {
  expect(findProject(path)).toBe(name);
});
