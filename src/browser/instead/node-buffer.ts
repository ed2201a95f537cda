/** node:buffer, as far as a page that checks itself needs it. */
/** Named in site/shell/scripts/scripts.ts, which puts it in the place of Node's own. */

const strict = new TextDecoder('utf-8', { fatal: true });

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
