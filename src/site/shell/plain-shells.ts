/** Fills page shells by Nunjucks alone, which is what Eleventy does with a template that asks for nothing but its page. */
/** The one file that imports Nunjucks. Eleventy takes ten times as long to load as a small change takes to be built. */

import nunjucks, { type CompiledTemplate, type LoadedSource } from 'nunjucks';
import { readBundled } from '../../base/program/program-folder.ts';
import { BODY_MARK, placeBody, type ShellPage } from './shell-body.ts';

export interface PlainShells {
  /** The whole document in UTF-8. Undefined: its template asks for more than the page, or is wrong, which Eleventy says better. */
  find(page: ShellPage): Uint8Array | undefined;
}

/** What the environment of Eleventy and of this one have in common. */
export const ENVIRONMENT = { autoescape: true, throwOnUndefined: true } as const;

/** The note of the bundle on our templates. */
export const COMPILED = 'templates.json';

/** By name: what Nunjucks made of which source. Making it costs more than filling a page. */
export type CompiledTemplates = Readonly<Record<string, { readonly source: string; readonly code: string }>>;

export function compileTemplates(templates: ReadonlyMap<string, string>): CompiledTemplates {
  const { opts } = openEnvironment(() => null);
  return Object.fromEntries(
    [...templates].map(([name, source]) => [
      name,
      { source, code: nunjucks.compiler.compile(source, [], [], name, opts) },
    ]),
  );
}

/** `templates`: name → source, all that a shell may extend or include. `compiled` counts where it was made of that source. */
export function createPlainShells(
  templates: ReadonlyMap<string, string>,
  compiled: CompiledTemplates = readBundled<CompiledTemplates>(COMPILED) ?? {},
): PlainShells {
  const environment = openEnvironment((name) => {
    const source = templates.get(name);
    if (source === undefined) return null;
    const made = compiled[name];
    const src = made?.source === source ? ({ type: 'code', obj: run(made.code) } as const) : source;
    return { src, path: name, noCache: false };
  });
  environment.globals = refusingOthers(environment.globals);
  let url = '';
  environment.addFilter('body', (asked) => {
    if (asked !== url) throw new TypeError('the body of another page');
    return BODY_MARK;
  });
  return {
    find(page) {
      const { model } = page;
      url = model.url;
      try {
        return placeBody(environment.render(model.template, { page_model: model }), page);
      } catch {
        // Whatever it is, Eleventy fills this page or says what is wrong with its template.
        return undefined;
      }
    },
  };
}

function openEnvironment(getSource: (name: string) => LoadedSource | null) {
  return new nunjucks.Environment({ getSource }, ENVIRONMENT);
}

/** As Nunjucks runs what it compiled. */
function run(code: string): CompiledTemplate {
  return new Function(code)() as CompiledTemplate;
}

/** Names that are neither the page's nor Nunjucks' own are Eleventy's: asking for one is no answer, also where none would do. */
function refusingOthers(own: Record<string | symbol, unknown>): Record<string | symbol, unknown> {
  return new Proxy(own, {
    has: () => true,
    get(target, name) {
      if (Object.hasOwn(target, name)) return target[name];
      throw new TypeError(`the template asks for ${String(name)}`);
    },
  });
}
