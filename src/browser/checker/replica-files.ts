/** Files of the site's replica and of the site itself, as its host gives them: bounded in size and time. */
/** Many hosts answer with a page for a file that they do not have: that is no answer. */

import { NetworkError } from '../../replica/check/checking.ts';

const PATIENCE_MS = 30_000;

/** The bytes at an address of this site. Undefined: the host does not have it. Throws NetworkError. */
export async function fetchBytes(url: URL, limit: number, again = false): Promise<Uint8Array | undefined> {
  const fail = (reason: 'connection' | 'size' | 'status' | 'time', problem: string, cause?: unknown): never => {
    throw new NetworkError(url.host, reason, `${problem} (${url.pathname})`, cause);
  };
  if (url.origin !== location.origin) return fail('connection', 'the page leads to another host for its replica');
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await fetch(url, { signal, credentials: 'omit', cache: again ? 'no-cache' : 'default' });
    if (answer.status === 404 || answer.status === 410) return undefined;
    if (!answer.ok) return fail('status', `it answers with status ${answer.status}`);
    const isPage = (answer.headers.get('content-type') ?? '').includes('text/html');
    if (isPage && !url.pathname.endsWith('/') && !url.pathname.endsWith('.html')) return undefined;
    return await readLimited(answer, limit, () => fail('size', `it sends more than ${limit} bytes`));
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    if (signal.aborted) return fail('time', 'it does not answer in time', error);
    return fail('connection', 'it cannot be reached', error);
  }
}

async function readLimited(answer: Response, limit: number, tooLong: () => never): Promise<Uint8Array> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = answer.body?.getReader();
  for (;;) {
    const piece = await reader?.read();
    if (piece?.value === undefined) break;
    length += piece.value.length;
    if (length > limit) {
      await reader?.cancel();
      tooLong();
    }
    pieces.push(piece.value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
