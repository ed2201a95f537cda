/** Remembers which characters of a text are taken. */
/** Ranges come in any order and in any number: taking one costs its own length, however many were taken before. */

export interface Cover {
  /** Takes the range and answers true, if it is not empty and nothing of it was taken before. */
  take(start: number, end: number): boolean;
}

/** For a text of `length` UTF-16 units. */
export function createCover(length: number): Cover {
  const taken = new Uint8Array(length);
  return {
    take(start, end) {
      if (end <= start) return false;
      if (taken.subarray(start, end).includes(1)) return false;
      taken.fill(1, start, end);
      return true;
    },
  };
}
