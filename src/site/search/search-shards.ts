/** Which pages share a part (shard) of the search index. */
/** A pure function of the conversations, oldest first, so that a change touches one shard and every machine cuts alike. */

import type { ConversationId } from '../../model/ids.ts';
import { keyOf } from '../state/keys.ts';

/** One page in the index, without its text. */
export interface ShardUnit {
  readonly url: string;
  /** Hash of all that the index holds of it. */
  readonly key: string;
  /** Bytes of text. */
  readonly bytes: number;
}

export interface Shard {
  /** Sixteen digits, from its first page: stays while the shard grows, so unchanged files of it keep their address. */
  readonly name: string;
  /** Changes when anything in it does. */
  readonly key: string;
  readonly units: readonly ShardUnit[];
}

/**
 * Old conversations stand in large closed shards, new ones in small open ones: building an index costs about a second
 * for each MB of text, and a reader's browser asks each shard. Borders come from the ids, so one change moves no other border.
 */
const CLOSED = { every: 64, bytes: 600_000 };
const OPEN = { every: 16, bytes: 200_000 };

export interface ShardPlanner {
  /** Shards that are complete once this conversation is added. Call in the order given to `planShards`. */
  add(id: ConversationId, units: readonly ShardUnit[]): readonly Shard[];
  finish(): readonly Shard[];
}

/** `ids`: all conversations, oldest first. */
export function planShards(ids: readonly ConversationId[]): ShardPlanner {
  const lastClosed = ids.findLastIndex((id) => isBorder(id, CLOSED.every));
  let at = -1;
  let units: ShardUnit[] = [];
  let bytes = 0;
  const cut = (): readonly Shard[] => {
    if (units.length === 0) return [];
    const shard = {
      name: keyOf(units[0]?.url).slice(0, 16),
      key: keyOf(units.map((unit) => [unit.url, unit.key])),
      units,
    };
    units = [];
    bytes = 0;
    return [shard];
  };
  return {
    add(id, more) {
      at++;
      const kind = at <= lastClosed ? CLOSED : OPEN;
      const done: Shard[] = [];
      for (const unit of more) {
        units.push(unit);
        bytes += unit.bytes;
        if (bytes >= kind.bytes) done.push(...cut());
      }
      if (isBorder(id, kind.every)) done.push(...cut());
      return done;
    },
    finish: cut,
  };
}

function isBorder(id: ConversationId, every: number): boolean {
  return Number.parseInt(id.slice(-8), 16) % every === 0;
}
