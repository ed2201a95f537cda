/** The calls of Eleventy 3.1 that shells.ts makes. The package ships no types of its own. */
/** Only what was tried; anything more has to be tried first. */

declare module '@11ty/eleventy' {
  export interface EleventyConfig {
    setUseGitIgnore(use: boolean): void;
    addGlobalData(name: string, value: unknown): void;
    addTemplate(path: string, source: string, data: Readonly<Record<string, unknown>>): void;
    addFilter(name: string, filter: (value: string) => string): void;
    setNunjucksEnvironmentOptions(options: Readonly<Record<string, unknown>>): void;
    setQuietMode(quiet: boolean): void;
  }

  export interface EleventyPage {
    readonly url: string;
    readonly content: string;
  }

  class Eleventy {
    constructor(
      input: string,
      output: string,
      options: {
        readonly configPath: null;
        readonly quietMode: boolean;
        readonly dryRun: boolean;
        readonly config: (config: EleventyConfig) => Readonly<Record<string, unknown>>;
      },
    );
    disableLogger(): void;
    setIsVerbose(verbose: boolean): void;
    toJSON(): Promise<readonly EleventyPage[]>;
  }

  // biome-ignore lint/style/noDefaultExport: the package has one.
  export { Eleventy as default };
}
