/** Paths of tiles inside a conversation's folder, as C2SP tlog-tiles spells them: `000`, `x001/067`. */
/** Names are made of digits only, so no text from outside becomes a path. Source: https://c2sp.org/tlog-tiles */

/** Records to a tile. */
export const TILE_WIDTH = 256;

export type TileKind = 'entries' | '0' | 'payload';

/** `000`, `x001/067`, `x001/x234/067`. */
export function tileName(n: number): string {
  let name = String(n % 1000).padStart(3, '0');
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    name = `x${String(rest % 1000).padStart(3, '0')}/${name}`;
  }
  return name;
}

/** The number in a tile's name; undefined for anything that `tileName` does not give. */
export function parseTileName(name: string): number | undefined {
  if (!/^(?:x\d{3}\/)*\d{3}$/.test(name)) return undefined;
  const n = Number(name.replaceAll(/[x/]/g, ''));
  return Number.isSafeInteger(n) && tileName(n) === name ? n : undefined;
}

/** `tile/entries/000` */
export function tilePath(kind: TileKind, n: number): string {
  return `tile/${kind}/${tileName(n)}`;
}

/** Tiles that a log of `size` records has. */
export function tileCount(size: number): number {
  return Math.ceil(size / TILE_WIDTH);
}

/** Records of a log of `size` that stand in tile `n`. */
export function tileRecords(size: number, n: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, size - n * TILE_WIDTH));
}
