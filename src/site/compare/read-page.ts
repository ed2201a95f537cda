/** The source of a page, taken apart: its turns, and what stands around them. */
/** The page may be anybody's. Only one way to spell HTML is read; where a browser could read something else, that is said, never guessed. */

export interface ShownPage {
  /** In the order of the page; a turn inside another one stands behind it. */
  readonly turns: readonly ShownTurn[];
  /** What is spelt or placed so that nobody knows what a browser shows. */
  readonly odd: readonly Oddity[];
  /** Tags and texts that stand in no turn. */
  readonly around: readonly Piece[];
  /** Version of the renderer, as the page says it; empty: it says none. */
  readonly renderer: string;
}

export interface ShownTurn {
  /** First 16 digits of its hash. */
  readonly digits: string;
  /** Digits of the turn in whose row it stands; empty: it has a row of its own. */
  readonly inside: string;
  /** Its element as it is spelt, with `<turn …>` in the place of a turn inside it. */
  readonly marks: string;
  /** Its letters and signs without white space, and without those of a turn inside it. */
  readonly words: string;
  /** Addresses that it leads to or shows, in their order. */
  readonly addresses: readonly string[];
  /** It stands in a fold of the page's. */
  readonly folded: boolean;
}

export interface Oddity {
  /** The turn it concerns, first 16 digits; empty: the page. */
  readonly turn: string;
  readonly problem: string;
}

export interface Piece {
  /** Turns that begin before it. */
  readonly after: number;
  /** Elements that it stands in, outermost first; the last one of a tag is itself. */
  readonly within: readonly OpenElement[];
  /** Undefined for a tag. */
  readonly text?: string;
}

export interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface ReadOptions {
  /** False: spans that only colour code are left out, because who compares has no colours. */
  readonly colours: boolean;
}

/** Never throws. */
export function readPage(html: string, { colours }: ReadOptions = { colours: true }): ShownPage {
  const turns: OpenTurn[] = [];
  const odd: Oddity[] = [];
  const around: Piece[] = [];
  const open: Opened[] = [];
  const seen = new Set<string>();
  let renderer = '';
  /** Turns that are open, the innermost last: asked for at every tag and text. */
  const within: OpenTurn[] = [];
  const innermost = (): OpenTurn | undefined => within.at(-1);
  const say = (problem: string): void => void odd.push({ turn: innermost()?.digits ?? '', problem });

  const addText = (text: string): void => {
    const turn = innermost();
    // the highlighter spells an apostrophe in its own way
    turn?.marks.push(text.replaceAll('&#x27;', '&#39;'));
    turn?.words.push(text);
    if (turn === undefined && text.trim() !== '')
      around.push({ after: turns.length, within: open.map(({ element }) => element), text: evened(text) });
  };
  const addTag = (tag: string, element: OpenElement): void => {
    const { name, attributes } = element;
    const outer = innermost();
    const digits = /^t-([0-9a-f]{16})$/.exec(attributes.get('id') ?? '')?.[1];
    const inside = outer?.digits ?? '';
    const folded = outer === undefined && open.some((each) => each.element.name === 'details');
    const turn = digits === undefined ? undefined : { digits, inside, folded, marks: [], words: [], addresses: [] };
    const silent = !colours && turn === undefined && name === 'span' && isColour(attributes);
    if (turn !== undefined) {
      outer?.marks.push(`<turn ${turn.digits}>`);
      turns.push(turn);
      const hiding = open.find((each) => !SHOWING.has(each.element.name) || isUnseen(each.element));
      if (hiding !== undefined)
        odd.push({
          turn: turn.digits,
          problem: `it stands inside <${hiding.element.name}>, where it may not be seen, or not as it was said`,
        });
    }
    const own = turn ?? outer;
    if (!silent) own?.marks.push(tag);
    for (const key of ADDRESSES) {
      const value = attributes.get(key);
      if (value !== undefined) own?.addresses.push(value);
    }
    if (own === undefined) around.push({ after: turns.length, within: [...open.map((each) => each.element), element] });
    else if (isForeign(element))
      odd.push({ turn: own.digits, problem: `<${name}> in it is, or has, what no turn has` });
    if (name === 'meta' && attributes.get('name') === 'generator')
      renderer = /^turnpress, renderer (\S+)$/.exec(attributes.get('content') ?? '')?.[1] ?? '';
    if (ONCE.has(name) && seen.has(name)) say(`<${name}> stands there twice`);
    seen.add(name);
    const drawing = open.some((each) => each.element.name === 'svg');
    if (drawing !== (DRAWN.has(name) && name !== 'svg')) say(`<${name}> stands where it does not belong`);
    // browsers close a tag by a slash in drawings only: elsewhere all that follows would stand inside
    if (tag.endsWith('/>') && !drawing) say(`"${evened(tag)}" is not closed by its slash`);
    if (EMPTY.has(name) || (drawing && tag.endsWith('/>'))) return;
    open.push({ element, turn, silent });
    if (turn !== undefined) within.push(turn);
  };
  const closeTag = (tag: string, name: string): void => {
    const last = open.findLastIndex(({ element }) => element.name === name);
    if (last !== open.length - 1) say(`</${name}> closes what is not open there`);
    if (last === -1) return;
    const turn = innermost();
    const closed = open.splice(last);
    for (const each of closed) if (each.turn !== undefined) within.pop();
    if (closed[0]?.silent !== true) turn?.marks.push(tag);
  };

  for (let at = 0; at < html.length; ) {
    const next = html.indexOf('<', at);
    if (next !== at) {
      addText(html.slice(at, next === -1 ? html.length : next));
      if (next === -1) break;
    }
    TAG.lastIndex = next;
    const [tag, slash, typed = '', attributes = ''] = TAG.exec(html) ?? [];
    if (tag === undefined) {
      COMMENT.lastIndex = next;
      const [comment] = COMMENT.exec(html) ?? [];
      if (comment === undefined || innermost() !== undefined)
        say(`"${evened(html.slice(next, next + 40))}": nobody knows how a browser reads that`);
      at = next + (comment?.length ?? 1);
      continue;
    }
    at = next + tag.length;
    const name = typed.toLowerCase();
    if (slash === '/') closeTag(tag, name);
    else {
      const read = readAttributes(attributes);
      if (read === undefined) say(`<${name}> has an attribute twice, or one that nobody knows how to read`);
      addTag(tag, { name, attributes: read ?? new Map() });
      // inside these, what looks like a tag is none
      if (RAW.has(name)) {
        const end = html.slice(at).search(new RegExp(`</${name}[\\s/>]`, 'i'));
        if (end === -1 || html.slice(at, at + end).includes('<!--')) say(`<${name}> does not end`);
        at = end === -1 ? html.length : at + end;
      }
    }
  }
  const done = turns.map(({ digits, inside, folded, marks, words, addresses }) => {
    return {
      digits,
      inside,
      folded,
      marks: marks.join(''),
      words: decodeText(words.join('')).replace(/\s+/g, ''),
      addresses,
    };
  });
  return { turns: done, odd, around, renderer };
}

interface OpenTurn {
  readonly digits: string;
  readonly inside: string;
  readonly folded: boolean;
  readonly marks: string[];
  readonly words: string[];
  readonly addresses: string[];
}

interface Opened {
  readonly element: OpenElement;
  readonly turn: OpenTurn | undefined;
  readonly silent: boolean;
}

const ATTRIBUTE = String.raw`[ \t\n\f\r]+([^\s"'<>/=]+)(?:=(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>=${'`'}]+(?=[\s>]))))?`;
const TAG = new RegExp(String.raw`<(/?)([a-z][a-z0-9-]*)((?:${ATTRIBUTE})*)\s*/?>`, 'iy');
const ATTRIBUTES = new RegExp(ATTRIBUTE, 'g');
/** A comment that all readers end at the same place, and the doctype. */
const COMMENT = /<!--(?!-?>)(?:(?!--)[^<>])*-->|<!doctype html>/iy;
/** Elements whose text is not read as tags, or not by every reader. */
const RAW: ReadonlySet<string> = new Set(
  'script style title textarea iframe xmp noembed noframes noscript template plaintext'.split(' '),
);
const EMPTY: ReadonlySet<string> = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);
/** What may stand around a turn: elements that show what is in them. */
const SHOWING: ReadonlySet<string> = new Set(
  'html body main div section article header footer nav ol ul li details summary'.split(' '),
);
/** A second one is no element: browsers give what it says to the first. */
const ONCE: ReadonlySet<string> = new Set(['html', 'head', 'body', 'main']);
/** What our drawings are made of; anything else in one ends it, or is read by other rules. */
const DRAWN: ReadonlySet<string> = new Set(['svg', 'g', 'path', 'circle']);
const ADDRESSES = ['href', 'src', 'srcset', 'action', 'formaction', 'data', 'poster'];

export function classesOf({ attributes }: OpenElement): readonly string[] {
  return (attributes.get('class') ?? '').split(/\s+/);
}

export function isHidden({ attributes }: OpenElement): boolean {
  return ['hidden', 'style', 'inert', 'popover', 'aria-hidden'].some((name) => attributes.has(name));
}

/** Also by a class of our own styles; or signs stand in another order, or anybody types over them. */
function isUnseen(element: OpenElement): boolean {
  const { attributes } = element;
  const isOther = attributes.has('dir') || attributes.has('contenteditable');
  return isOther || isHidden(element) || classesOf(element).includes('visually-hidden');
}

/** What no turn has, whatever renderer made it: what runs, what hides, what asks, what loads other pages. */
function isForeign(element: OpenElement): boolean {
  if (isHidden(element) || UNSAFE.has(element.name)) return true;
  return [...element.attributes].some(
    ([name, value]) => name.startsWith('on') || /^\s*(?:javascript|data):/i.test(value),
  );
}

/** Never in a turn; beside turns only where rules say so (around-turns.ts). */
export const UNSAFE: ReadonlySet<string> = new Set(
  'script style template iframe frame frameset object embed applet form input select textarea base meta link portal noscript dialog plaintext math'.split(
    ' ',
  ),
);

function isColour(attributes: ReadonlyMap<string, string>): boolean {
  const { size } = attributes;
  return size === 0 || (size === 1 && COLOURS.has(attributes.get('class') ?? ''));
}

/** Classes of the spans that colour code (render/highlight.ts). */
const COLOURS: ReadonlySet<string> = new Set('k b y n s c f a v m add del italic bold'.split(' '));

/** Undefined: a name stands there twice, or a reference that our pages do not write. */
function readAttributes(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  for (const [, name = '', double, single, bare] of text.matchAll(ATTRIBUTES)) {
    const key = name.toLowerCase();
    const value = double ?? single ?? bare ?? '';
    if (found.has(key) || STRANGE.test(value)) return undefined;
    found.set(key, decodeText(value));
  }
  return found;
}

function evened(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** What browsers may read as a reference, and `decodeText` does not. */
const STRANGE = /&(?!(?:amp|lt|gt|quot|#39|#x27);)[a-z#]/i;

/** The references that our renderer writes; others stay as they are, and differ. */
export function decodeText(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (reference) => REFERENCES[reference] ?? reference);
}

const REFERENCES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
};
