/** The calls of Nunjucks 3.3 (Eleventy's own) that plain-shells.ts makes. The package ships no types of its own. */
/** Only what was tried; anything more has to be tried first. */

declare module 'nunjucks' {
  export interface LoadedSource {
    readonly src: string;
    readonly path: string;
    readonly noCache: boolean;
  }

  class Environment {
    /** What a name means that a page is not given. */
    globals: Record<string | symbol, unknown>;
    constructor(
      loader: { getSource(name: string): LoadedSource | null },
      options: { readonly autoescape: boolean; readonly throwOnUndefined: boolean },
    );
    addFilter(name: string, filter: (value: unknown) => unknown): void;
    render(name: string, given: Readonly<Record<string, unknown>>): string;
  }

  const nunjucks: { readonly Environment: typeof Environment };
  // biome-ignore lint/style/noDefaultExport: the package has one.
  export default nunjucks;
}
