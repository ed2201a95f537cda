/** A string that keeps no other string alive. */
/** In V8 a slice is a view of the whole: a title of 80 characters would hold the 10 MB that it was cut from. */

/** The same text in memory of its own. For what is kept long and was cut from what is not. */
export function ownString(text: string): string {
  // Lone surrogates have no UTF-8; most text is ASCII, which comes back with one byte a character.
  return text.isWellFormed() ? Buffer.from(text).toString() : Buffer.from(text, 'utf16le').toString('utf16le');
}
