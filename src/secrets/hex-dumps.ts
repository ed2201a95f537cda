/** Finds what `xxd` and `hexdump -C` print, and reads the bytes back. */
/** Sixteen characters a line hide a token from every other rule: it never stands whole in the column of letters. */

export interface HexDump {
  readonly start: number;
  readonly end: number;
  /** One character for each byte. */
  readonly bytes: string;
}

/** Runs of lines in the order of the text: an offset, and at least four bytes in pairs or fours. Costs the text's length. */
export function findHexDumps(text: string): readonly HexDump[] {
  if (!HINT.test(text)) return [];
  const dumps: { start: number; end: number; hex: string[] }[] = [];
  LINE.lastIndex = 0;
  for (let match = LINE.exec(text); match !== null; match = LINE.exec(text)) {
    const end = match.index + match[0].length;
    const hex = (match.groups?.bytes ?? '').replace(/[^0-9a-fA-F]/g, '');
    const last = dumps.at(-1);
    if (last !== undefined && match.index - last.end <= 2) {
      last.hex.push(hex);
      last.end = end;
    } else dumps.push({ start: match.index, end, hex: [hex] });
  }
  return dumps.map(({ start, end, hex }) => ({
    start,
    end,
    bytes: Buffer.from(hex.join(''), 'hex').toString('latin1'),
  }));
}

const HINT = /[0-9a-f]0:? {1,2}[0-9a-f]{2,4} [0-9a-f]{2}/i;
/** Behind a gutter or not; the column of letters goes with the line. */
const LINE =
  /^(?:[ \t]{0,8}\d{1,6}[ \t]{0,2}[→|:\t])?[ \t]{0,8}[0-9a-f]{3,15}0:? {1,2}(?<bytes>(?:[0-9a-f]{2}){1,2}(?: {1,2}(?:[0-9a-f]{2}){1,2}){1,15})(?: {2,48}[^\r\n]{0,24})?[ \t]{0,48}$/gim;
