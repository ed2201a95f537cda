/** The blocks of one message, joined from the lines that clients wrote of it. */
/** A message may have any number of lines: each new block finds the one that it repeats or continues without a look at all. */

import { canonicalJson, isJsonObject, type JsonValue } from '../../../base/json.ts';
import { isTooDeep } from './depth.ts';
import { type Block, textOf } from './records.ts';

export class JoinedBlocks {
  private blocks: Block[] = [];
  /** By what a block could be known again: where blocks with it stand, or stood. Made when a second line comes. */
  private places: Places | undefined;

  get list(): readonly Block[] {
    return this.blocks;
  }

  /** A line whose blocks start with the known ones (text may have grown) is cumulative; anything else adds what is new. */
  join(line: readonly Block[]): void {
    const { blocks } = this;
    if (
      blocks.length === 0 ||
      (line.length >= blocks.length && blocks.every((block, i) => continues(block, line[i])))
    ) {
      this.blocks = [...line];
      this.places = undefined;
      return;
    }
    this.places ??= placesOf(blocks);
    for (const block of line) {
      const at = this.findPlace(this.places, block);
      if (at === undefined) {
        addPlace(this.places, block, blocks.length);
        blocks.push(block);
      } else if (sizeOf(block) >= sizeOf(blocks[at])) {
        addPlace(this.places, block, at);
        blocks[at] = block;
      }
    }
  }

  /** The first block that has the same id or that this one continues. */
  private findPlace(places: Places, block: Block): number | undefined {
    const id = textOf(block.id);
    let first: number | undefined;
    for (const key of keysToFind(places, block)) {
      for (const at of places.byKey.get(key) ?? []) {
        if (first !== undefined && at >= first) continue;
        const other = this.blocks[at];
        if (other !== undefined && ((id !== undefined && other.id === id) || continues(other, block))) {
          first = at;
          break;
        }
      }
    }
    return first;
  }
}

interface Places {
  readonly byKey: Map<string, Set<number>>;
  /** Lengths of the texts, by the kind of block: a text continues any that it begins with. */
  readonly lengths: Map<string, Set<number>>;
}

function placesOf(blocks: readonly Block[]): Places {
  const places: Places = { byKey: new Map(), lengths: new Map() };
  for (const [at, block] of blocks.entries()) addPlace(places, block, at);
  return places;
}

function addPlace(places: Places, block: Block, at: number): void {
  if (block.id !== undefined) addTo(places.byKey, idKey(block.id), at);
  const text = saidIn(block);
  if (text !== undefined) {
    addTo(places.lengths, block.type, text.length);
    addTo(places.byKey, textKey(block, text), at);
  } else if (block.id === undefined && !isTooDeep(block)) addTo(places.byKey, jsonKey(block), at);
}

function keysToFind(places: Places, block: Block): readonly string[] {
  const keys: string[] = [];
  if (block.id !== undefined) keys.push(idKey(block.id));
  const text = saidIn(block);
  if (text !== undefined) {
    for (const length of places.lengths.get(block.type) ?? []) {
      if (length <= text.length) keys.push(textKey(block, text.slice(0, length)));
    }
  } else if (block.id === undefined && !isTooDeep(block)) keys.push(jsonKey(block));
  return keys;
}

const idKey = (id: JsonValue) => `id ${typeof id} ${typeof id === 'object' ? '' : id}`;
const textKey = (block: Block, text: string) => `said ${block.type} ${text}`;
const jsonKey = (block: Block) => `json ${canonicalJson(block)}`;

function addTo<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

/** Text of a block that grows from line to line; undefined for the other kinds. */
function saidIn(block: Block): string | undefined {
  return block.type === 'text' || block.type === 'thinking' ? (textOf(block[block.type]) ?? '') : undefined;
}

/** Whether `next` is `block` itself or `block` grown. */
function continues(block: Block, next: Block | undefined): boolean {
  if (next === undefined || next.type !== block.type) return false;
  const before = saidIn(block);
  // An empty beginning proves nothing but a placeholder.
  if (before !== undefined) return (saidIn(next) ?? '').startsWith(before);
  return block.id !== undefined ? block.id === next.id : block === next || sameJson(block, next);
}

function sameJson(a: Block, b: Block): boolean {
  return !isTooDeep(a) && !isTooDeep(b) && canonicalJson(a) === canonicalJson(b);
}

function sizeOf(block: Block | undefined): number {
  if (block === undefined) return 0;
  const text = textOf(block.text) ?? textOf(block.thinking);
  if (text !== undefined) return text.length;
  return isJsonObject(block.input) ? Object.keys(block.input).length : 0;
}
