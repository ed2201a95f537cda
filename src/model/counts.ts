/** Counts in sentences. */
/** For every room that says how many: a sentence that is read by people is right for one thing, too. */

/** `12,345`. Not by the runtime's tables of languages: they take longer to load than a small command takes. */
export function formatCount(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 turn`, `2 turns` */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}
