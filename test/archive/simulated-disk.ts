/** A disk that can lose power, fill up, fail an fsync or take writes in pieces. */
/** Per file and folder it keeps what is durable and, in order, what is pending; a crash keeps any legal part of the pending. */

import type { Disk, FileStat, OpenFlag } from '../../src/base/disk.ts';

type Pending =
  | { readonly kind: 'write'; readonly node: number; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'size'; readonly node: number; readonly size: number }
  | {
      readonly kind: 'entry';
      readonly folder: string;
      readonly set: readonly (readonly [string, number | undefined])[];
    };

/** Nothing pending survives, all does, a prefix, all but one, or a prefix whose last write is torn. */
export type CrashKind = 'none' | 'all' | 'prefix' | 'missing' | 'torn';

export class PowerCut extends Error {}

const FOLDER = -1;

export class SimulatedDisk implements Disk {
  /** Operations that change something, so far. */
  operations = 0;
  /** The operation (from 0) at which power goes. */
  cutAt = Number.POSITIVE_INFINITY;
  /** Called with the name of each changing operation; what it throws is the disk's answer. */
  fault: (operation: string, path: string) => void = () => {};
  /** Bytes taken by one write at most. */
  pieces = Number.POSITIVE_INFINITY;
  #cut = false;
  #next = 1;
  #clock = 1n;
  readonly #now = { data: new Map<number, Buffer>(), names: new Map<string, number>([['/', FOLDER]]) };
  readonly #durable = { data: new Map<number, Buffer>(), names: new Map<string, number>([['/', FOLDER]]) };
  readonly #times = new Map<number, bigint>();
  readonly #open = new Map<number, { readonly node: number; readonly path: string }>();
  #pending: Pending[] = [];

  open(path: string, flag: OpenFlag): number {
    let node = this.#now.names.get(path);
    if (node === undefined || node === FOLDER) {
      if (flag === 'read' || node === FOLDER) throw fail('ENOENT', path);
      this.#step('open', path);
      if (this.#now.names.has(path)) return this.open(path, flag); // another process made it in this moment
      node = this.#next++;
      this.#now.data.set(node, Buffer.alloc(0));
      this.#rename(folderOf(path), [[path, node]]);
    } else if (flag === 'create') throw fail('EEXIST', path);
    if (flag === 'replace') this.#resize(node, 0);
    const handle = this.#next++;
    this.#open.set(handle, { node, path });
    return handle;
  }

  close(file: number): void {
    if (!this.#open.delete(file)) throw fail('EBADF', String(file));
  }

  read(file: number, into: Uint8Array, offset: number, position: number): number {
    const bytes = this.#data(this.#get(file).node);
    const end = Math.min(bytes.length, position + Math.min(into.length - offset, this.pieces));
    return position >= bytes.length ? 0 : bytes.copy(into, offset, position, end);
  }

  write(file: number, bytes: Uint8Array, offset: number, position: number): number {
    const { node, path } = this.#get(file);
    this.#step('write', path);
    const part = Uint8Array.from(bytes.subarray(offset, offset + this.pieces));
    this.#now.data.set(node, patched(this.#data(node), position, part));
    this.#pending.push({ kind: 'write', node, at: position, bytes: part });
    this.#times.set(node, this.#clock++);
    return part.length;
  }

  truncate(file: number, size: number): void {
    const { node, path } = this.#get(file);
    this.#step('truncate', path);
    this.#resize(node, size);
  }

  /** A failed fsync loses the pages: what was pending will never be durable, and a second fsync succeeds. */
  fsync(file: number): void {
    const { node, path } = this.#get(file);
    const own = (p: Pending) => p.kind !== 'entry' && p.node === node;
    try {
      this.#step('fsync', path);
    } catch (error) {
      if (!(error instanceof PowerCut)) this.#pending = this.#pending.filter((p) => !own(p));
      throw error;
    }
    this.#flush(own);
  }

  fsyncDir(path: string): void {
    if (this.#now.names.get(path) !== FOLDER) throw fail('ENOENT', path);
    this.#step('fsyncDir', path);
    this.#flush((p) => p.kind === 'entry' && p.folder === path);
  }

  async fsyncBeside(file: number): Promise<void> {
    this.fsync(file);
  }

  async fsyncDirBeside(path: string): Promise<void> {
    this.fsyncDir(path);
  }

  rename(from: string, to: string): void {
    const node = this.#now.names.get(from);
    if (node === undefined) throw fail('ENOENT', from);
    this.#step('rename', to);
    this.#rename(folderOf(to), [
      [from, undefined],
      [to, node],
    ]);
  }

  link(from: string, to: string): void {
    const node = this.#now.names.get(from);
    if (node === undefined) throw fail('ENOENT', from);
    this.#step('link', to);
    if (this.#now.names.has(to)) throw fail('EEXIST', to);
    this.#rename(folderOf(to), [[to, node]]);
  }

  unlink(path: string): void {
    if (!this.#now.names.has(path)) throw fail('ENOENT', path);
    this.#step('unlink', path);
    this.#rename(folderOf(path), [[path, undefined]]);
  }

  mkdir(path: string): boolean {
    if (this.#now.names.has(path)) return false;
    if (this.#now.names.get(folderOf(path)) !== FOLDER) throw fail('ENOENT', path);
    this.#step('mkdir', path);
    this.#rename(folderOf(path), [[path, FOLDER]]);
    return true;
  }

  list(path: string): string[] | undefined {
    if (this.#now.names.get(path) !== FOLDER) return undefined;
    const names = [...this.#now.names.keys()].filter((name) => name !== '/' && folderOf(name) === path);
    return names.map((name) => name.slice(name.lastIndexOf('/') + 1)).sort();
  }

  stat(path: string): FileStat | undefined {
    const node = this.#now.names.get(path);
    if (node === undefined) return undefined;
    if (node === FOLDER) return { size: 0, file: false, directory: true, mtimeNs: 0n, identity: 0n };
    return this.#statOf(node);
  }

  statOpen(file: number): FileStat {
    return this.#statOf(this.#get(file).node);
  }

  #statOf(node: number): FileStat {
    const kind = { file: true, directory: false };
    return { size: this.#data(node).length, ...kind, mtimeNs: this.#times.get(node) ?? 0n, identity: BigInt(node) };
  }

  /** Every file by path, as the running system sees it. */
  files(): Map<string, Uint8Array> {
    return new Map(
      [...this.#now.names].flatMap(([path, node]) => (node === FOLDER ? [] : [[path, this.#data(node)] as const])),
    );
  }

  /** The disk that the machine finds when it starts again. `random` gives numbers from 0 to 1. */
  crash(kind: CrashKind, random: () => number): SimulatedDisk {
    let kept = this.#pending;
    const cut = Math.floor(random() * (kept.length + 1));
    if (kind === 'none') kept = [];
    if (kind === 'prefix' || kind === 'torn') kept = kept.slice(0, cut);
    if (kind === 'missing') kept = kept.filter((_, i) => i !== cut);
    const last = kept.at(-1);
    if (kind === 'torn' && last?.kind === 'write') {
      const size = [512, 4096, Math.floor(random() * last.bytes.length)][Math.floor(random() * 3)] ?? 0;
      kept = [...kept.slice(0, -1), { ...last, bytes: last.bytes.subarray(0, size) }];
    }
    const after = new SimulatedDisk();
    after.#next = this.#next;
    after.#clock = this.#clock;
    for (const side of [after.#now, after.#durable]) {
      for (const [node, bytes] of this.#durable.data) side.data.set(node, bytes);
      for (const [path, node] of this.#durable.names) side.names.set(path, node);
      for (const pending of kept) applyTo(side, pending);
      dropOrphans(side.names);
    }
    return after;
  }

  #step(operation: string, path: string): void {
    if (this.#cut || this.operations >= this.cutAt) {
      this.#cut = true;
      throw new PowerCut();
    }
    this.operations++;
    this.fault(operation, path);
  }

  #get(file: number): { readonly node: number; readonly path: string } {
    const open = this.#open.get(file);
    if (open === undefined) throw fail('EBADF', String(file));
    return open;
  }

  #data(node: number): Buffer {
    return this.#now.data.get(node) ?? Buffer.alloc(0);
  }

  #resize(node: number, size: number): void {
    this.#now.data.set(node, resized(this.#data(node), size));
    this.#pending.push({ kind: 'size', node, size });
    this.#times.set(node, this.#clock++);
  }

  #rename(folder: string, set: readonly (readonly [string, number | undefined])[]): void {
    const change = { kind: 'entry', folder, set } as const;
    applyTo(this.#now, change);
    this.#pending.push(change);
  }

  #flush(own: (p: Pending) => boolean): void {
    for (const pending of this.#pending) if (own(pending)) applyTo(this.#durable, pending);
    this.#pending = this.#pending.filter((p) => !own(p));
  }
}

interface Side {
  readonly data: Map<number, Buffer>;
  readonly names: Map<string, number>;
}

function applyTo(side: Side, pending: Pending): void {
  if (pending.kind === 'write') {
    side.data.set(pending.node, patched(side.data.get(pending.node) ?? Buffer.alloc(0), pending.at, pending.bytes));
  } else if (pending.kind === 'size') {
    side.data.set(pending.node, resized(side.data.get(pending.node) ?? Buffer.alloc(0), pending.size));
  } else {
    for (const [path, node] of pending.set) node === undefined ? side.names.delete(path) : side.names.set(path, node);
  }
}

/** What stands in a folder whose own entry was lost is lost with it. */
function dropOrphans(names: Map<string, number>): void {
  for (const path of [...names.keys()].sort()) {
    if (path !== '/' && names.get(folderOf(path)) !== FOLDER) names.delete(path);
  }
}

function patched(bytes: Buffer, at: number, part: Uint8Array): Buffer {
  const out = Buffer.alloc(Math.max(bytes.length, at + part.length));
  bytes.copy(out);
  out.set(part, at);
  return out;
}

function resized(bytes: Buffer, size: number): Buffer {
  const out = Buffer.alloc(size);
  bytes.copy(out);
  return out;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function fail(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** A small generator of repeatable numbers (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
