/** Everything that is published, unpacked, and read in the ways in which a secret could hide in it. */
/** Compressed files are decoded by their own magic numbers, never through the code that wrote them. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/** Path → content as text. `private/` is left out: it is never published. */
export function readPublished(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file);
    if (!entry.isFile() || /(?:^|\/)private\//.test(path)) continue;
    files.set(path, unpack(readFileSync(file)));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const CHUNK = Buffer.from('TPPAY1\0\0', 'latin1');

/** Text of a file; gzip files and every zstd frame inside others unpacked behind their raw bytes. */
function unpack(bytes: Buffer): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return textOf(gunzipSync(bytes));
  const pieces = [textOf(bytes)];
  for (let at = bytes.indexOf(ZSTD); at !== -1; at = bytes.indexOf(ZSTD, at + 4)) {
    const next = bytes.indexOf(CHUNK, at);
    pieces.push(textOf(zstdDecompressSync(bytes.subarray(at, next === -1 ? undefined : next))));
  }
  return pieces.join('\n');
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? `${text}\n${bytes.toString('latin1')}` : text;
}

/** The readings of a text: as it stands, as a browser shows it, unescaped, joined over line ends, and with encoded runs decoded. */
export function readingsOf(text: string): readonly string[] {
  const shown = unescapeText(text.replace(/<[^>]*>/g, ''));
  const joined = [text, shown, unescapeText(shown)].map((one) => join_(one));
  const all = [text, shown, ...joined];
  return [...all, decodeRuns(all.join('\n'))];
}

function unescapeText(text: string): string {
  return text
    .replace(/&#x([0-9a-f]{1,6});/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#(\d{1,7});/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replace(/\\+u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\[nrt]/g, '\n')
    .replace(/\\+(["'/\\])/g, '$1')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}

/** Without colour codes, what cannot be seen, line ends with their gutters, and joins of string literals. */
function join_(text: string): string {
  return text
    .replace(/\u001b\[[0-9;]*m/g, '')
    .replace(/U\+200B/g, '')
    .replace(/["']\s*\+\s*["']/g, '')
    .replace(/[\u0000-\u0008\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/\s*\n[ \t]*[+|>│-]?[ \t]*/g, '');
}

function decodeRuns(text: string): string {
  const out: string[] = [];
  for (const [run] of text.matchAll(/[0-9a-fA-F]{32,}/g)) out.push(Buffer.from(run, 'hex').toString('latin1'));
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{24,}/g)) out.push(Buffer.from(run, 'base64').toString('latin1'));
  return out.join('\n');
}
