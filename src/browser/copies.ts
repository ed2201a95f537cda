/** The sites of archives that are followed from here: every page of the private site leads to them. */
/** Search and the finder of turns ask them, too. */

/** Where each stands on its host, without a slash at the end: `/from/<name>`. */
export const copyPaths: readonly string[] = [...document.querySelectorAll<HTMLAnchorElement>('.copies a')].map(
  ({ pathname }) => pathname.replace(/\/+$/, ''),
);
