/** Takes the body of an answer in: decoded when the host encoded it, and never more of it than was asked for. */
/** Bytes are counted before and after decoding, so a small answer that unfolds without end takes no more memory than an honest one. */

import type { IncomingMessage } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { concatBytes } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import { NetworkError } from '../errors.ts';

/** All of the body. Throws NetworkError past `limit` bytes, for one that ends early and for an encoding that is not known. */
export async function receiveBody(host: string, response: IncomingMessage, limit: number): Promise<Uint8Array> {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const tooLong = () => new NetworkError(host, 'size', `the answer is longer than the ${limit} bytes it may have`);
  if (Number(response.headers['content-length']) > limit) {
    response.destroy();
    throw tooLong();
  }
  try {
    return concatBytes(await collect(await openBody(response, encoding, limit, tooLong), limit, tooLong));
  } catch (error) {
    response.destroy();
    if (error instanceof NetworkError) throw error;
    throw new NetworkError(
      host,
      'body',
      `the answer broke off or is not what its headers say (${messageOf(error)})`,
      error,
    );
  }
}

/** By its events: a loop over a stream costs more than a small answer. */
function collect(body: Readable, limit: number, tooLong: () => NetworkError): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Uint8Array) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else body.destroy(tooLong());
    });
    body.once('error', reject);
    body.once('end', () => resolve(chunks));
    body.once('close', () => reject(new Error('it ended early')));
  });
}

async function openBody(
  response: IncomingMessage,
  encoding: string,
  limit: number,
  tooLong: () => NetworkError,
): Promise<Readable> {
  if (encoding === 'identity' || encoding === '') return response;
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    let length = 0;
    for await (const chunk of source) {
      length += chunk.length;
      if (length > limit) throw tooLong();
      yield chunk;
    }
  };
  if (encoding === 'deflate') return openDeflated(response, counted);
  const create = DECODERS[encoding];
  if (create === undefined) throw new Error(`its encoding is ${encoding.slice(0, 40)}`);
  return pipeThrough(response, counted, create());
}

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
};

type Count = (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>;

function pipeThrough(
  source: AsyncIterable<Uint8Array> & NodeJS.ReadableStream,
  count: Count,
  decoder: NodeJS.ReadWriteStream & Readable,
): Readable {
  // what goes wrong in any part ends the decoder with that error
  pipeline(source, count, decoder, () => {});
  return decoder;
}

/** Some hosts send zlib's form, which the name means, and some the bare one: the first byte tells. */
async function openDeflated(response: IncomingMessage, count: Count): Promise<Readable> {
  await new Promise<void>((resolve, reject) => {
    response.once('readable', resolve).once('error', reject).once('end', resolve);
  });
  const first: unknown = response.read(1);
  if (!(first instanceof Uint8Array)) return Readable.from([]);
  response.unshift(first);
  return pipeThrough(response, count, ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw());
}
