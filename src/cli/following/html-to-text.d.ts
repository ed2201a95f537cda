/** What we use of html-to-text 10, which brings no types of its own. */
/** Source: https://github.com/html-to-text/node-html-to-text. */

declare module 'html-to-text' {
  interface Builder {
    addInline(text: string): void;
  }
  interface Selector {
    readonly selector: string;
    readonly format?: string;
    readonly options?: Readonly<Record<string, boolean>>;
  }
  interface Options {
    readonly wordwrap: number;
    readonly limits: { readonly maxInputLength: number; readonly maxDepth: number; readonly ellipsis: string };
    readonly selectors: readonly Selector[];
    readonly formatters: Readonly<
      Record<
        string,
        (element: { readonly attribs?: Readonly<Record<string, string>> }, walk: unknown, builder: Builder) => void
      >
    >;
  }
  export function convert(html: string, options: Options): string;
}
