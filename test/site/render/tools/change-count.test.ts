/** Which files a call changes, by the shapes that agents write. */
/** Names come from outside: they may hold anything. */

import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../src/base/json.ts';
import type { ToolKind } from '../../../../src/model/item.ts';
import { listChangedPaths } from '../../../../src/site/render/tools/change-count.ts';

const call = (tool: ToolKind, given: JsonValue) =>
  ({ type: 'tool_call', id: '1', name: 'x', tool, arguments: given }) as const;

describe('the files that a call changes', () => {
  it.each<[string, ToolKind, JsonValue, readonly string[]]>([
    [
      'an edit with a path',
      'edit',
      { file_path: '~/dev/a/src/x.ts', old_string: 'a', new_string: 'b' },
      ['~/dev/a/src/x.ts'],
    ],
    ['a whole file', 'write', { path: 'notes.md', content: '' }, ['notes.md']],
    [
      'a patch of Codex',
      'edit',
      { input: '*** Begin Patch\n*** Update File: a/b.go\n@@\n-x\n+y\n*** Add File: c.go\n+z\n*** End Patch' },
      ['a/b.go', 'c.go'],
    ],
    ['a patch as the whole argument', 'edit', '--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n', ['x.py']],
    ['a file that is deleted', 'edit', { patch: '--- a/x.py\n+++ /dev/null\n' }, []],
    ['one file, changed twice', 'edit', { patch: '*** Update File: a.go\n+x\n*** Update File: a.go\n+y\n' }, ['a.go']],
    ['what only reads', 'read', { file_path: 'x.ts' }, []],
    ['what a shell does', 'shell', { command: 'rm x.ts' }, []],
    ['no path at all', 'edit', { file_path: 7 }, []],
  ])('%s', (_, tool, given, paths) => expect(listChangedPaths(call(tool, given))).toEqual(paths));
});
