/** The golden vectors of test/fixtures/archive, typed. */
/** One place that knows their form; see the README beside them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const goldenDir = join(import.meta.dirname, '..', '..', 'fixtures', 'archive');

export interface Field {
  readonly at: number;
  readonly hex: string;
  readonly means: string;
}

export type Piece =
  | { readonly utf8: string }
  | { readonly hex: string }
  | { readonly repeat: string; readonly times: number };

export interface TurnInput {
  readonly hash: string;
  readonly parent: string | null;
  readonly timeMs: number;
  readonly encoding: 1 | 2;
  readonly typeId: string;
  readonly typeVersion: number;
  readonly payload: readonly Piece[];
}

export interface Step {
  readonly putBlob?: string;
  readonly append?: {
    readonly conversation: string;
    readonly turns: readonly TurnInput[];
    readonly heads: readonly { readonly name: string; readonly turn: string }[];
    readonly metas: readonly { readonly payload: readonly Piece[]; readonly timeMs: number }[];
  };
  readonly withdraw?: {
    readonly turn: string;
    readonly reason: number;
    readonly timeMs: number;
    readonly replacement?: string;
  };
  readonly withdrawMeta?: { readonly conversation: string; readonly reason: number; readonly timeMs: number };
}

export interface TurnExpected {
  readonly hash: string;
  readonly parent: string | null;
  readonly depth: number;
  readonly timeMs: number;
  readonly encoding: 1 | 2;
  readonly typeId: string;
  readonly typeVersion: number;
  readonly payloadHash: string;
  readonly position: number;
  readonly rawLength: number;
  readonly withheld: boolean;
}

export interface StoreExpected {
  readonly name: string;
  readonly origin: string;
  readonly steps: readonly Step[];
  readonly files: readonly string[];
  readonly conversations: readonly {
    readonly id: string;
    readonly size: number;
    readonly root: string;
    readonly turns: readonly TurnExpected[];
    readonly heads: Readonly<Record<string, string>>;
    /** Of the last one's JSON; null: there is none, or it was taken back. */
    readonly metaHash: string | null;
    readonly metaWithheld: boolean;
  }[];
}

export type GoldenSlot = {
  readonly inline?: string;
  readonly blob?: number;
  readonly sameAs?: number;
  readonly withheld?: true;
  readonly none?: true;
};

export interface Vectors {
  readonly tileNames: readonly { readonly n: number; readonly name: string }[];
  readonly records: readonly {
    readonly name: string;
    readonly hex: string;
    readonly hash?: string;
    readonly fields: readonly Field[];
  }[];
  readonly chunks: readonly {
    readonly name: string;
    readonly first: number;
    readonly hex: string;
    readonly slots: readonly GoldenSlot[];
    readonly fields: readonly Field[];
  }[];
  readonly checkpoints: readonly {
    readonly text: string;
    readonly origin: string;
    readonly size: number;
    readonly root: string;
  }[];
  readonly blobs: readonly { readonly raw: string; readonly hash: string; readonly file: string }[];
  readonly stores: readonly StoreExpected[];
  readonly logRecords: readonly {
    readonly name: string;
    readonly hex: string;
    readonly fields: readonly Field[];
    readonly value: Readonly<Record<string, string | number>>;
  }[];
  readonly verifierKeys: readonly { readonly text: string; readonly name: string; readonly publicKey: string }[];
  readonly logs: readonly LogExpected[];
}

/** A whole archive log: its files by path, and what they mean. */
export interface LogExpected {
  readonly name: string;
  readonly origin: string;
  readonly records: readonly string[];
  readonly root: string;
  /** By conversation; null: withdrawn. */
  readonly states: Readonly<Record<string, { readonly size: number; readonly root: string } | null>>;
  readonly keys: readonly string[];
  /** Verifier keys of those who signed the checkpoint. */
  readonly signers: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

interface Refused {
  readonly why: string;
  readonly hex: string;
}

export interface InvalidStore {
  readonly why: string;
  readonly expect: { readonly kind: string; readonly positions: readonly number[] };
  readonly files: Readonly<Record<string, string>>;
}

export interface Invalid {
  readonly records: readonly Refused[];
  readonly bundles: readonly (Refused & { readonly count: number })[];
  readonly chunks: readonly Refused[];
  readonly checkpoints: readonly Refused[];
  readonly archiveJson: readonly { readonly why: string; readonly text: string; readonly future?: true }[];
  readonly tileNames: readonly string[];
  readonly stores: readonly InvalidStore[];
  readonly logRecords: readonly Refused[];
  readonly verifierKeys: readonly string[];
  readonly logs: readonly {
    readonly why: string;
    readonly position: number | null;
    readonly origin: string;
    readonly files: Readonly<Record<string, string>>;
  }[];
}

export const vectors = readJson('vectors.json') as Vectors;
export const invalid = readJson('invalid.json') as Invalid;

export function bytesOfHex(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex');
}

export function bytesOfPieces(pieces: readonly Piece[]): Uint8Array {
  return Buffer.concat(
    pieces.map((piece) => {
      if ('hex' in piece) return Buffer.from(piece.hex, 'hex');
      return Buffer.from('utf8' in piece ? piece.utf8 : piece.repeat.repeat(piece.times));
    }),
  );
}

/** Path inside the archive → bytes. */
export function readGoldenStore(store: StoreExpected): Map<string, Uint8Array> {
  return new Map(store.files.map((path) => [path, readFileSync(join(goldenDir, 'valid', store.name, path))]));
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(goldenDir, name), 'utf8'));
}
