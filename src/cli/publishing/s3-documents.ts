/** The XML that S3-compatible stores take and give: listings, errors, the request that removes many. */
/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ (ListObjectsV2, DeleteObjects, error responses). */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { escapeHtml } from '../../base/html.ts';
import { walkMarkup } from '../../feed/feed.ts';

export interface ListedObject {
  readonly path: string;
  /** Without quotation marks; empty: the store gives none. */
  readonly etag: string;
  readonly size: number;
}

export interface Listing {
  readonly objects: readonly ListedObject[];
  /** Token of the next page. */
  readonly next: string | undefined;
}

/** Both empty where a store says nothing that can be read. */
export interface StoreError {
  readonly code: string;
  readonly message: string;
}

const TEXT_LIMIT = 400;

export function readListing(bytes: Uint8Array): Listing {
  const objects: ListedObject[] = [];
  let encoded = false;
  let [truncated, token] = [false, ''];
  let open: Record<string, string> = {};
  walkLeaves(bytes, (path, text) => {
    const [name = '', parent] = path;
    if (parent === 'Contents') open[name] = text;
    else if (name === 'Contents') {
      objects.push({ path: open.Key ?? '', etag: (open.ETag ?? '').replace(/^"|"$/g, ''), size: Number(open.Size) });
      open = {};
    } else if (parent !== 'ListBucketResult') return;
    else if (name === 'EncodingType') encoded = text === 'url';
    else if (name === 'IsTruncated') truncated = text === 'true';
    else if (name === 'NextContinuationToken') token = text;
  });
  return {
    objects: encoded ? objects.map((each) => ({ ...each, path: decodeKey(each.path) })) : objects,
    next: truncated && token !== '' ? token : undefined,
  };
}

export function readError(bytes: Uint8Array): StoreError {
  let [code, message] = ['', ''];
  walkLeaves(bytes, ([name, parent], text) => {
    if (parent !== 'Error') return;
    if (name === 'Code') code = text.slice(0, TEXT_LIMIT);
    if (name === 'Message') message = text.slice(0, TEXT_LIMIT);
  });
  return { code, message };
}

/** A request that removes these keys and answers with those only that it could not remove. */
export function deleteRequest(keys: readonly string[]): Uint8Array<ArrayBuffer> {
  const objects = keys.map((key) => `<Object><Key>${escapeHtml(key)}</Key></Object>`).join('');
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  return new Uint8Array(encodeUtf8(`<Delete xmlns="${namespace}"><Quiet>true</Quiet>${objects}</Delete>`));
}

/** Keys that could not be removed. */
export function readDeleteAnswer(bytes: Uint8Array): readonly string[] {
  const failed: string[] = [];
  walkLeaves(bytes, ([name, parent], text) => {
    if (parent === 'Error' && name === 'Key') failed.push(text);
  });
  return failed;
}

/** Every element when it is closed, with its text: its own name first, then those of what it stands in. */
function walkLeaves(bytes: Uint8Array, leaf: (path: readonly string[], text: string) => void): void {
  const open: string[] = [];
  let text = '';
  walkMarkup(decodeUtf8(bytes), 'xml', {
    open(name) {
      open.unshift(name);
      text = '';
    },
    text: (piece) => {
      text += piece;
    },
    close() {
      leaf(open, text);
      open.shift();
      text = '';
    },
  });
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key; // a store that says it encodes and does not
  }
}
