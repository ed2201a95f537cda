/** What a store holds of our site, as two objects beside it: a claim that keeps two publishers apart, and the list of our files. */
/** The list says what was sent under which ETag, so that a file is known to stand there unchanged without reading it again. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts';
import { UsageError } from '../errors.ts';
import type { Condition, S3Store } from './s3-store.ts';

const CLAIM = '.turnpress-publish';
const LIST = '.turnpress-files';
export const OWN_OBJECTS: readonly string[] = [CLAIM, LIST];
/** A claim that was not renewed for so long is that of a publish that stopped. */
const CLAIM_LASTS_MS = 10 * 60_000;
const RENEW_EVERY_MS = 60_000;
const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** What was sent of one file. Without an ETag: it was going to be, and may have been; all empty: with other headers. */
export interface SentFile {
  /** SHA-256 of its bytes, and a hash of its headers. */
  readonly sha256: string;
  readonly headers: string;
  readonly etag: string;
}

export type SentFiles = ReadonlyMap<string, SentFile>;

/** The claim of a site on a place. Only who holds it writes there. */
export class Claim {
  readonly #store: S3Store;
  readonly #site: string;
  readonly #by: string;
  #etag: string | undefined;
  #renewed = 0;

  private constructor(store: S3Store, site: string, by: string, etag: string | undefined) {
    this.#store = store;
    this.#site = site;
    this.#by = by;
    this.#etag = etag;
  }

  /**
   * Looks who was there. `site` and `by`: of the site, and of the archive folder that publishes it. Throws UsageError when another
   * publisher is at it, or the place is another site's.
   */
  static async look(
    store: S3Store,
    site: string,
    by: string,
  ): Promise<{ readonly claim: Claim; readonly known: boolean }> {
    const there = await store.get(CLAIM);
    if (there === undefined) return { claim: new Claim(store, site, by, undefined), known: false };
    const { site: owner, by: holder, open } = parseObject(there.bytes) ?? {};
    if (owner !== site)
      throw new UsageError(`${store.place} holds something else than this site; name another bucket or prefix`);
    if (open === true && holder !== by && there.ageMs !== undefined && there.ageMs < CLAIM_LASTS_MS)
      throw new UsageError(
        `somebody else publishes to ${store.place} at this moment; nothing was sent. When that has ended, publish again (a publish that was stopped blocks for ten minutes)`,
      );
    return { claim: new Claim(store, site, by, there.etag), known: true };
  }

  /** Takes the place, or goes on holding it. Throws UsageError when somebody else took it meanwhile. */
  async hold(): Promise<void> {
    const now = performance.now();
    if (this.#renewed !== 0 && now - this.#renewed < RENEW_EVERY_MS) return;
    // many ask at once, and one of them is enough
    this.#renewed = now;
    await this.#write(true);
  }

  /** Whether the store keeps to conditions: asked once, of our own claim, which stands there. */
  async isKept(): Promise<boolean> {
    if (!this.#store.knowsConditions) return false;
    const etag = await this.#store.put(CLAIM, this.#bytes(true), HEADERS, 'absent');
    if (etag === undefined) return true;
    this.#etag = etag;
    return false;
  }

  async release(): Promise<void> {
    await this.#write(false);
  }

  async #write(open: boolean): Promise<void> {
    const bytes = this.#bytes(open);
    const condition = conditionOf(this.#etag);
    const etag = await this.#store.put(CLAIM, bytes, HEADERS, condition);
    if (etag !== undefined) this.#etag = etag;
    else {
      const there = await this.#store.get(CLAIM);
      // ours, sent twice because its answer was lost
      if (there === undefined || Buffer.compare(there.bytes, bytes) !== 0) throw lostTo(this.#store);
      this.#etag = there.etag;
    }
  }

  #bytes(open: boolean): Uint8Array<ArrayBuffer> {
    return encodeObject({ site: this.#site, by: this.#by, open });
  }
}

/** The list as it stands there. Undefined: there is none, or none that can be read. */
export async function findSentFiles(store: S3Store): Promise<SentFiles | undefined> {
  const there = await store.get(LIST);
  const files = there === undefined ? undefined : parseObject(there.bytes)?.files;
  if (!isJsonObject(files)) return undefined;
  const found = Object.entries(files).map(([path, value]): readonly [string, SentFile] => {
    const [sha256 = '', headers = '', etag = ''] = Array.isArray(value) ? value.map(String) : [];
    return [path, { sha256, headers, etag }];
  });
  return new Map(found);
}

/** Only who holds the claim writes it. */
export async function writeSentFiles(store: S3Store, files: SentFiles): Promise<void> {
  const entries = [...files].map(([path, { sha256, headers, etag }]) => [path, [sha256, headers, etag]]);
  await store.put(LIST, encodeObject({ files: Object.fromEntries(entries) }), HEADERS);
}

/** Nothing stood there, something with an ETag did, or something of which the store tells none. */
export function conditionOf(etag: string | undefined): Condition {
  return etag === undefined ? 'absent' : etag === '' ? undefined : { etag };
}

export function lostTo(store: S3Store, path?: string): UsageError {
  const what = path === undefined ? '' : ` (${path} changed meanwhile)`;
  return new UsageError(
    `somebody else publishes to ${store.place} at this moment${what}, and what they send stands. When that has ended, publish again`,
  );
}

function encodeObject(value: object): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodeUtf8(JSON.stringify(value)));
}

function parseObject(bytes: Uint8Array): JsonObject | undefined {
  let value: unknown;
  try {
    value = parseJson(decodeUtf8(bytes));
  } catch {
    return undefined; // somebody else's
  }
  return isJsonObject(value as never) ? (value as JsonObject) : undefined;
}
