/** What a terminal would obey instead of showing it. */
/** One pass that takes as long as the text, whatever is in it: a pass that is made again on its own result can be fooled. */

/**
 * OSC, DCS, SOS, PM and APC strings up to their end (or the end of the line, when that is missing), CSI sequences, other
 * escapes, what is left of broken ones, then single characters: C0 but tab and newline, DEL, C1, and bidi controls. After it
 * none of these is left, and no ESC.
 */
const CODES =
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const ANY = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Text without terminal codes and control characters; every line ends with a newline alone. */
export function dropTerminalCodes(text: string): string {
  return ANY.test(text) ? text.replace(/\r\n?/g, '\n').replace(CODES, '') : text;
}

/** The same, but for colours (SGR sequences): for a text into which colours of ours were put already. */
export function dropAllButColours(text: string): string {
  if (!text.includes('\u001b')) return dropTerminalCodes(text);
  const pieces = text.split(/(\u001b\[[0-9;]{0,32}m)/);
  return pieces.map((piece, i) => (i % 2 === 1 ? piece : dropTerminalCodes(piece))).join('');
}
