/** Modules as one: what they export reaches those that import it, and names of one do not meet those of another. */

import { describe, expect, it } from 'vitest';
import { linkModules } from '../../../src/site/shell/scripts/link-modules.ts';

const link = (...modules: readonly (readonly [file: string, source: string])[]): string =>
  linkModules(modules.map(([file, source]) => ({ file, source, findTarget: (target) => target.replace(/^\.\//, '') })));

/** What the last module does with `tell`. */
function run(code: string): readonly unknown[] {
  const told: unknown[] = [];
  new Function('tell', code)((value: unknown) => told.push(value));
  return told;
}

describe('modules that are joined', () => {
  it('reach what others export, under another name too, and keep their own names to themselves', () => {
    const code = link(
      ['a.js', "const own = 'a';\nexport const shared = own;\nexport function twice(n) { return n * 2; }\n"],
      [
        'b.js',
        "import { shared as first } from './a.js';\nconst own = 'b';\nexport class Both { said = first + own; }\n",
      ],
      [
        'c.js',
        "import {\n  shared,\n  twice,\n} from './a.js';\nimport { Both } from './b.js';\nconst own = 'c'; // the end\ntell([shared, twice(2), new Both().said, own]);\n//",
      ],
    );
    expect(run(code)).toEqual([['a', 4, 'ab', 'c']]);
  });

  it('lose what is only a type', () => {
    const code = link(
      ['a.ts', 'export interface Shape { a: 1 }\nexport type Other = 2;\nexport async function* walk() {}\n'],
      [
        'b.ts',
        "import type { Shape } from './none.ts';\nimport { type Other, walk } from './a.ts';\ntell(typeof walk);\n",
      ],
    );
    expect(code).toContain('return { walk };');
    expect(code).toContain('const { walk } = module0;');
  });

  it.each([
    ['a default export', 'export default 1;\n'],
    ['a variable that may change', 'export let a = 1;\n'],
    ['names that are passed on', "export { a } from './a.js';\n"],
    ['a whole module', "import * as a from './a.js';\n"],
    ['a module for its effects', "import './a.js';\n"],
    ['a module that is loaded later', "await import('./a.js');\n"],
    ['a module that does not stand before it', "import { a } from './later.js';\n"],
  ])('are not made of %s', (_, source) => {
    expect(() => link(['a.js', 'export const a = 1;\n'], ['b.js', source])).toThrow(TypeError);
  });
});
