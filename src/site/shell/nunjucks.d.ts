/** The calls of Nunjucks 3.3 (Eleventy's own) that plain-shells.ts makes. The package ships no types of its own. */
/** Only what was tried; anything more has to be tried first. */

declare module 'nunjucks' {
  export interface LoadedSource {
    /** The template, or what was compiled of it before. */
    readonly src: string | { readonly type: 'code'; readonly obj: CompiledTemplate };
    readonly path: string;
    readonly noCache: boolean;
  }

  /** What running compiled code returns: the functions of its blocks. */
  export type CompiledTemplate = Readonly<Record<string, unknown>>;

  interface Options {
    readonly autoescape: boolean;
    readonly throwOnUndefined: boolean;
  }

  class Environment {
    readonly opts: Options;
    /** What a name means that a page is not given. */
    globals: Record<string | symbol, unknown>;
    constructor(loader: { getSource(name: string): LoadedSource | null }, options: Options);
    addFilter(name: string, filter: (value: unknown) => unknown): void;
    render(name: string, given: Readonly<Record<string, unknown>>): string;
  }

  const nunjucks: {
    readonly Environment: typeof Environment;
    readonly compiler: {
      /** The body of a function. No filters that wait, no tags of our own. */
      compile(
        source: string,
        asyncFilters: readonly [],
        extensions: readonly [],
        name: string,
        options: Options,
      ): string;
    };
  };
  // biome-ignore lint/style/noDefaultExport: the package has one.
  export default nunjucks;
}
