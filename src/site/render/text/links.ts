/** Which addresses of a conversation become links: absolute http, https and mailto, decided after parsing. */
/** Everything else is shown as text, so that no click leads where the page did not say. */

/** The normalised address, or undefined when it must not be a link. ASCII only. */
export function findLinkTarget(address: string): string | undefined {
  if (!/^(?:https?:\/\/|mailto:)/i.test(address) || address.length > LONGEST) return undefined;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    // Not a URL: that is the answer, not a failure.
    return undefined;
  }
  if (!SCHEMES.has(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return /^[\x21-\x7e]+$/.test(url.href) ? url.href : undefined;
}

const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);
const LONGEST = 4_000;

/** Of every link that a conversation brings. */
export const FOREIGN_REL = 'noopener noreferrer nofollow';
