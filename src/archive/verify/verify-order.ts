/** Which conversations a verification reads, and in which order: least recently verified first. */
/** Remembered in private/verified.json as a running number, so that no clock is needed; losing it costs only the order. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { errorCode, makeFolders, readFile, replaceFile } from '../../base/disk.ts';
import { JsonError } from '../../base/errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { VerifyOptions } from '../contract.ts';
import type { Store } from '../index/store.ts';

const FILE = 'private/verified.json';

/** `all`: how many would have to be read for a complete verification. */
export function verifyOrder(
  store: Store,
  options: VerifyOptions,
): { readonly ids: readonly ConversationId[]; readonly all: number } {
  const wanted = options.conversations === undefined ? undefined : new Set<string>(options.conversations);
  const names = store.disk.list(store.path('conversations')) ?? [];
  const every = names.filter((name) => /^[0-9a-f]{64}$/.test(name)) as ConversationId[];
  const ids = wanted === undefined ? every : every.filter((id) => wanted.has(id));
  const last = readNumbers(store);
  const sorted = ids.toSorted((a, b) => numberOf(last, a) - numberOf(last, b) || (a < b ? -1 : 1));
  const share = Math.min(Math.max(options.sample ?? 1, 0), 1);
  return { ids: sorted.slice(0, Math.ceil(sorted.length * share)), all: every.length };
}

/** Notes what was read. After a complete run all are equal, and nothing needs noting. */
export function finishOrder(store: Store, done: readonly ConversationId[], complete: boolean): void {
  const before = readNumbers(store);
  if (done.length === 0 || (complete && Object.keys(before).length === 0)) return;
  const run =
    Object.values(before).reduce<number>((most, n) => (typeof n === 'number' ? Math.max(most, n) : most), 0) + 1;
  const numbers = complete ? {} : { ...before, ...Object.fromEntries(done.map((id) => [id, run])) };
  try {
    makeFolders(store.disk, store.path('private'));
    replaceFile(store.disk, store.path(FILE), `${store.path(FILE)}.tmp`, encodeUtf8(JSON.stringify(numbers)));
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(errorCode(error))) throw error;
  }
}

function readNumbers(store: Store): JsonObject {
  const bytes = readFile(store.disk, store.path(FILE));
  if (bytes === undefined) return {};
  try {
    const value = parseJson(decodeUtf8(bytes));
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof JsonError) return {};
    throw error;
  }
}

function numberOf(numbers: JsonObject, id: ConversationId): number {
  const value = numbers[id];
  return typeof value === 'number' ? value : 0;
}
