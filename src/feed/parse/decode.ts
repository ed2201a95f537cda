/** From the bytes of a feed to its text: the right character set, and nothing that XML forbids. */
/** In the order of RFC 7303: a byte order mark, then what the server says, then what the document says of itself; where the bytes show that one of them is wrong, they count. */

import { isAscii, isUtf8 } from 'node:buffer';
import { dropTerminalCodes } from '../../base/terminal-codes.ts';
import { FeedParseError } from '../errors.ts';
import { cleanXmlText } from '../xml.ts';

/** `contentType`: the header's value, if there is one. Throws FeedParseError for a character set that nobody knows. */
export function decodeFeed(bytes: Uint8Array, contentType = ''): string {
  const [mark, declared] = [markOf(bytes), declaredBy(bytes)];
  // old servers say of every text what they were once told
  const isPlainUtf8 = (declared === undefined || /^utf-?8$/i.test(declared)) && isUtf8(bytes) && !isAscii(bytes);
  const decoder =
    findDecoder(mark ?? (isPlainUtf8 ? 'utf-8' : parameterOf(contentType))) ?? findDecoder(declared ?? 'utf-8');
  if (decoder === undefined) throw new FeedParseError(`its character set "${declared?.slice(0, 40)}" is not known`);
  return cleanXmlText(dropTerminalCodes(asWindows(decoder.decode(bytes))));
}

/** Signs that no text has are those of windows-1252, also where they are given by their numbers, as browsers have it. */
function asWindows(text: string): string {
  return text
    .replace(/&#(?:x0*([89][0-9a-f])|0*(1[2-5]\d));/gi, (reference, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code >= 0x80 && code < 0xa0 ? WINDOWS.decode(Uint8Array.of(code)) : reference;
    })
    .replace(/[\u0080-\u009f]/g, (sign) => WINDOWS.decode(Uint8Array.of(sign.charCodeAt(0))));
}

const WINDOWS = new TextDecoder('windows-1252');

/** Undefined: nobody knows such a character set. */
function findDecoder(charset: string | undefined): TextDecoder | undefined {
  try {
    return charset === undefined ? undefined : new TextDecoder(charset);
  } catch {
    return undefined; // a RangeError that says no more
  }
}

function markOf(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  // `<?` in two bytes each, without a mark
  if (a === 0 && b === 0x3c) return 'utf-16be';
  return a === 0x3c && b === 0 ? 'utf-16le' : undefined;
}

/** us-ascii is what old servers say of every text: the document knows better. */
function parameterOf(contentType: string): string | undefined {
  const [, quoted, plain] = /;\s*charset\s*=\s*(?:"([^"]*)"|'?([^\s;"']+))/i.exec(contentType) ?? [];
  const charset = (quoted ?? plain)?.trim().toLowerCase();
  return charset === undefined || charset === '' || charset === 'us-ascii' ? undefined : charset;
}

function declaredBy(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  const charset = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];
  // who can be read byte by byte so far is in no set of two bytes each
  return charset !== undefined && /^(?:utf-?16|ucs-?2|unicode)/i.test(charset) ? 'utf-8' : charset;
}
