/** What a command is: a row of the table in commands.ts and a file in commands/. */
/** Apart from the table, so that the files can name the type without importing the table that loads them. */

import type { Context } from './context.ts';

export type CommandOptions = Readonly<Record<string, string | boolean | undefined>>;

/** Arguments in the order of the row, options by their long name in camelCase. Returns the exit code. */
export type Run = (context: Context, args: readonly string[], options: CommandOptions) => Promise<number>;

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** As shown in the usage line: `[path...]`, `<turn>`. */
  readonly args: readonly { readonly usage: string; readonly says: string }[];
  readonly options: readonly { readonly flags: string; readonly says: string }[];
  readonly examples: readonly string[];
  readonly load: () => Promise<{ readonly run: Run }>;
}
