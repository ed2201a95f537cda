/** Fills page shells by Nunjucks alone, which is what Eleventy does with a template that asks for nothing but its page. */
/** The one file that imports Nunjucks. Eleventy takes ten times as long to load as a small change takes to be built. */

import nunjucks from 'nunjucks';
import { BODY_MARK, placeBody, type ShellPage } from './shell-body.ts';

export interface PlainShells {
  /** The whole document in UTF-8. Undefined: its template asks for more than the page, or is wrong, which Eleventy says better. */
  find(page: ShellPage): Uint8Array | undefined;
}

/** What the environment of Eleventy and of this one have in common. */
export const ENVIRONMENT = { autoescape: true, throwOnUndefined: true } as const;

/** `templates`: name → source, all that a shell may extend or include. */
export function createPlainShells(templates: ReadonlyMap<string, string>): PlainShells {
  const environment = new nunjucks.Environment(
    {
      getSource(name) {
        const src = templates.get(name);
        return src === undefined ? null : { src, path: name, noCache: false };
      },
    },
    ENVIRONMENT,
  );
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
