/** node:buffer, as far as a page that checks itself needs it. */
/** Named in site/shell/scripts.ts, which puts it in the place of Node's own. */

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
