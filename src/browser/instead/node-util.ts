/** node:util: a page never compresses, so nothing waits for it. */
/** Named in site/shell/scripts/scripts.ts, which puts it in the place of Node's own. */

export function promisify<T>(work: T): T {
  return work;
}
