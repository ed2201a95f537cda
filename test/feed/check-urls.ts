/** Addresses in a feed must stand on their own. */
/** Shared by the checkers of all formats. */

export function isAbsolute(url: unknown): boolean {
  return typeof url === 'string' && /^https?:\/\/[^\s<>"]+$/.test(url) && URL.canParse(url);
}
