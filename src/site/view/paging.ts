/** Where one page of a branch ends and the next begins. */
/** A cut looks only at what stands before it, and only at what never changes, so a page's number never moves. */

/** What a cut may know of a turn: its record and whether it opens an exchange. Never how it is rendered. */
export interface PagedTurn {
  /** Bytes of the raw payload as the turn record gives them: the same after redaction. */
  readonly rawLength: number;
  /** It is a prompt: a new exchange begins with it. */
  readonly prompt: boolean;
  /** It is the result of a tool, which belongs on the page of its call. */
  readonly result: boolean;
}

/** A page ends at the next exchange once it holds this much. Changing a number here moves every page: never do. */
const SOFT = { bytes: 80 * 1024, turns: 80 };
/** An exchange that runs on beyond this is cut at the next turn that is no result. */
const HARD = { bytes: 208 * 1024, turns: 160 };
/** Beyond this, between results too: a message may call a thousand tools. */
const UTMOST = { bytes: 448 * 1024, turns: 320 };
/** Every turn counts this much for its frame. */
const FRAME = 512;
/** One turn counts at most this much: renderers fold what is longer. */
const LARGEST = 128 * 1024;

/** Decides turn by turn; ask for each in order. */
export interface Pager {
  /** The page, from 1, that the next turn stands on. */
  pageOf(turn: PagedTurn): number;
}

/** `first`: the page that begins with the first turn that is asked for. */
export function createPager(first = 1): Pager {
  let page = first;
  let bytes = 0;
  let turns = 0;
  return {
    pageOf(turn) {
      const limit = turn.prompt ? SOFT : turn.result ? UTMOST : HARD;
      if (turns > 0 && (bytes >= limit.bytes || turns >= limit.turns)) {
        page++;
        bytes = 0;
        turns = 0;
      }
      bytes += FRAME + Math.min(turn.rawLength, LARGEST);
      turns++;
      return page;
    },
  };
}
