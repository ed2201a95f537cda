/** Questions to the person at the terminal. */
/** On stderr, because stdout is for results. */

import { createInterface } from 'node:readline/promises';
import type { World } from '../context.ts';

/** Undefined when nobody is there: input or messages are no terminal. Ctrl-C while a question is open ends the program as ever. */
export function findAsker(input: NodeJS.ReadStream, output: NodeJS.WriteStream): World['ask'] {
  if (!input.isTTY || !output.isTTY) return undefined;
  return async (question) => {
    const lines = createInterface({ input, output });
    try {
      return await new Promise<string | undefined>((resolve, reject) => {
        lines.once('close', () => resolve(undefined));
        lines.once('SIGINT', () => {
          lines.close();
          process.kill(process.pid, 'SIGINT');
        });
        lines.question(question).then(resolve, reject);
      });
    } finally {
      lines.close();
    }
  };
}
