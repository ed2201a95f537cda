/** A thread that reads sources for `readers.ts`: tasks in, parts out, in the order of the tasks. */
/** Parsing, redaction and hashing leave the main thread free to write. Loaded by path, never imported. */

import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { createRedactor, type RedactOptions } from '../../secrets/secrets.ts';
import { getImporter } from '../importers/importers.ts';
import { settlePart } from './keep-all.ts';
import type { ReadPart, ReadResult, ReadTask } from './read-part.ts';
import { readSource } from './read-source.ts';

/** What the main thread says: something to read, or that it has taken a part and wants the next one. */
export type ToWorker = { readonly task: ReadTask } | { readonly taken: true };
/** What the thread says, for its tasks in their order. */
export type FromWorker = ReadResult;

const port = parentPort;
const redactor = createRedactor((workerData as { redact: RedactOptions }).redact);
const tasks: ReadTask[] = [];
let working = false;
let wake: (() => void) | undefined;
/** Until the last word of the source before: it waits for the disk while the next source is read. */
let settling: Promise<void> = Promise.resolve();

port?.on('message', (message: ToWorker) => {
  if ('taken' in message) wake?.();
  else {
    tasks.push(message.task);
    if (!working) void work();
  }
});

async function work(): Promise<void> {
  working = true;
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await read(task);
  working = false;
}

async function read(task: ReadTask): Promise<void> {
  try {
    for await (const pending of readSource(task, getImporter(task.importer), await redactor)) {
      await settling;
      if (pending.part.last) settling = settlePart(pending).then(sendPart).catch(sendFailure);
      else {
        sendPart(pending.part);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } catch (error) {
    await settling;
    sendFailure(error);
  }
}

function sendFailure(error: unknown): void {
  send({ failed: messageOf(error) }, []);
}

function sendPart(part: ReadPart): void {
  const { payloads } = part;
  const blobs = part.blobs.map((blob) => ({ ...blob, bytes: ownBytes(blob.bytes) }));
  const buffers = new Set([payloads.buffer as ArrayBuffer, ...blobs.map((blob) => blob.bytes.buffer)]);
  send({ part: { ...part, payloads, blobs } }, [...buffers]);
}

function send(message: FromWorker, buffers: ArrayBuffer[]): void {
  port?.postMessage(message, buffers);
}

/** Small Buffers share one pool, which cannot be handed over: those are copied. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return whole ? new Uint8Array(buffer) : new Uint8Array(bytes);
}
