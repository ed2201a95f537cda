/** Several modules as one: each in a scope of its own, in the order in which they need one another. */
/** For a page that shows nothing without its script: a queue of small files would be waited for, six at a time where a host speaks HTTP/1.1. */

export interface LinkedModule {
  /** Its file, which an import names. */
  readonly file: string;
  /** TypeScript or JavaScript. */
  readonly source: string;
  /** The file that an import of it means. */
  findTarget(target: string): string;
}

/** What modules here are written in: whole statements at the beginning of a line. All are served from one folder, so that `import.meta` says the same in each. */
const TYPES_ONLY = /^import type [^;]*;\n?/gm;
const IMPORT = /^import \{([^}]*)\} from '([^']+)';$/gm;
const EXPORT = /^export (?=(?:async )?(?:function\*?|const|class|interface|type) (\w+))/gm;
const TYPE = /^(?:interface|type) /;
const ELSE = /^(?:import|export)\b.*|\bimport\(.*/m;

/** `modules`: what is imported before what imports it, the page's own one last. Throws a TypeError for a statement that it cannot join. */
export function linkModules(modules: readonly LinkedModule[]): string {
  const names = new Map(modules.map(({ file }, i) => [file, `module${i}`]));
  return modules.map((module) => `const ${names.get(module.file)} = ${scopeOf(module, names)};\n`).join('\n');
}

function scopeOf({ file, source, findTarget }: LinkedModule, names: ReadonlyMap<string, string>): string {
  const exported: string[] = [];
  const body = source
    .replace(TYPES_ONLY, '')
    .replace(IMPORT, (_, specifiers: string, target: string) => {
      const name = names.get(findTarget(target));
      if (name === undefined) throw new TypeError(`${file} needs ${target}, which does not stand before it`);
      return `const {${bindingsOf(specifiers)}} = ${name};`;
    })
    .replace(EXPORT, (_, name: string, at: number, whole: string) => {
      if (!TYPE.test(whole.slice(at + 'export '.length))) exported.push(name);
      return '';
    });
  const [strange] = ELSE.exec(body) ?? [];
  if (strange !== undefined) throw new TypeError(`${file} cannot be joined with others: ${strange}`);
  return `(() => {\n${body}\nreturn { ${exported.join(', ')} };\n})()`;
}

/** `a, type B, c as d` is `a, c: d`. */
function bindingsOf(specifiers: string): string {
  return specifiers
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('type '))
    .map((each) => ` ${each.replace(/ as /, ': ')}`)
    .join(',')
    .concat(' ');
}
