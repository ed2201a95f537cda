/** Recognises whole images by parsing them, for base64 that stands inside text. */
/** A media type is only a claim: what does not parse to its end is text and gets scanned. */

/** Whether the bytes are exactly one PNG, JPEG, GIF or WebP, from its first byte to its last. */
export function isWholeImage(bytes: Buffer): boolean {
  if (bytes.length < 24) return false;
  if (bytes.readUInt32BE(0) === 0x89504e47) return isPng(bytes);
  if (bytes.readUInt16BE(0) === 0xffd8) return isJpeg(bytes);
  const head = bytes.toString('latin1', 0, 6);
  if (head === 'GIF87a' || head === 'GIF89a') return isGif(bytes);
  return isWebp(bytes);
}

function isPng(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 4, 8) !== '\r\n\u001a\n' || bytes.toString('latin1', 12, 16) !== 'IHDR') return false;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const next = at + 12 + bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return next === bytes.length;
    at = next;
  }
  return false;
}

function isJpeg(bytes: Buffer): boolean {
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return false;
    if (bytes[at + 1] === 0xda) return bytes.readUInt16BE(bytes.length - 2) === 0xffd9;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return false;
}

function isGif(bytes: Buffer): boolean {
  const tableBytes = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  let at = 13 + tableBytes(bytes[10] ?? 0);
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x3b) return at === bytes.length - 1;
    if (kind === 0x21) at += 2;
    else if (kind === 0x2c) at += 11 + tableBytes(bytes[at + 9] ?? 0);
    else return false;
    for (let size = bytes[at++] ?? 0; size !== 0; size = bytes[at++] ?? 0) at += size;
  }
  return false;
}

function isWebp(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP') return false;
  if (!/^VP8[ LX]$/.test(bytes.toString('latin1', 12, 16))) return false;
  const declared = bytes.readUInt32LE(4) + 8;
  return declared === bytes.length || declared + 1 === bytes.length;
}
