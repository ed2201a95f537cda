/** Pages that wait for their shells: a few are filled here, many by the shell thread, in batches bounded in number and bytes. */
/** A thread and a run of Eleventy have a price of their own, so a batch is worth waiting for; a page in memory is not. */

import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import { type EncodedHtml, encodeHtml, type SafeHtml } from '../../base/html.ts';
import { TemplateError } from '../errors.ts';
import { type Lane, openLane } from '../render/lane.ts';
import type { Output } from '../state/output.ts';
import type { StagedFile } from '../state/staged-file.ts';
import { outputPath } from '../urls.ts';
import type { PageModel } from './page-model.ts';
import type { PlainShells } from './plain-shells.ts';
import type { ShellPage } from './shell-body.ts';

const MOST_PAGES = 500;
const MOST_BYTES = 4 * 1024 * 1024;
/** Pages of a build that are filled here when their templates allow it: sooner done than a thread has started. */
const MOST_HERE = 40;

/** What the shell thread needs to know of a build. */
export interface ShellSetup {
  /** Name → source. */
  readonly templates: ReadonlyMap<string, string>;
  /** Templates that need no Eleventy, as far as is known. */
  readonly plain: readonly string[];
  /** A cache, emptied first. */
  readonly folder: string;
  readonly staging: string;
}

/** What the shell thread is told at its start. */
export interface ShellStart {
  /** Nothing is known of the templates yet, so Eleventy will be asked. */
  readonly asksEleventy: boolean;
}

export interface ShellJob extends ShellSetup {
  /** Tells one build's templates from another's. */
  readonly build: string;
  readonly pages: readonly ShellPage[];
}

export interface ShellAnswer {
  readonly files: readonly StagedFile[];
  /** Templates that need no Eleventy, as far as is known now. */
  readonly plain: readonly string[];
}

type ShellLane = Lane<ShellJob, ShellAnswer>;

export interface PageQueue {
  /** Resolves when the page, declared before, is written. Rejects with TemplateError, ThreadDiedError. */
  add(model: PageModel, body: SafeHtml | EncodedHtml): Promise<void>;
  /** Starts the thread, because there will be much for it: it loads while nothing waits for it, and no page is filled here. */
  ready(): void;
  /** Sends what waits, unless the thread has enough to do. */
  hurry(): void;
  /** Sends what waits. */
  flush(): void;
  /** From here on no page waits for company: nobody adds any on purpose, only renderings that are still under way. */
  end(): void;
  /** Templates that need no Eleventy, as far as is known now. */
  listPlain(): readonly string[];
  /** After an error too. */
  close(): Promise<void>;
}

interface Waiting {
  readonly page: ShellPage;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that has nothing to do now. A process that builds again and again loads Eleventy once. */
let resting: ShellLane | undefined;

/** Starts the thread before the first page is there, and Eleventy in it where that will be asked: it loads while others wait. */
export function readyShells(start: ShellStart): void {
  if (resting !== undefined) return;
  resting = startThread(start);
  resting.rest();
}

function startThread(workerData: ShellStart): ShellLane {
  return openLane(new URL(`./shell-thread${extname(import.meta.url)}`, import.meta.url), {
    job: 'filling page templates',
    workerData,
    failure: (problem) => new TemplateError(problem, undefined),
  });
}

function takeThread(): ShellLane {
  const lane = resting ?? startThread({ asksEleventy: false });
  resting = undefined;
  lane.wake();
  return lane;
}

export function createPageQueue(output: Output, setup: Omit<ShellSetup, 'staging'>): PageQueue {
  const build = randomUUID();
  let waiting: Waiting[] = [];
  let bytes = 0;
  let lane: ShellLane | undefined;
  let ending = false;
  let { plain } = setup;
  let here = 0;
  let shells: Promise<PlainShells> | undefined;
  const isForHere = ({ model }: ShellPage): boolean =>
    lane === undefined && here < MOST_HERE && plain.includes(model.template);
  const fillHere = async (page: ShellPage): Promise<void> => {
    here++;
    shells ??= import('./plain-shells.ts').then(({ createPlainShells }) => createPlainShells(setup.templates));
    const document = (await shells).find(page);
    if (document === undefined) await send(page);
    else output.put(outputPath(page.model.url), document);
  };
  const hurry = (): void => {
    if ((lane?.waiting() ?? 0) === 0) flush();
  };
  const flush = (): void => {
    if (waiting.length === 0) return;
    const batch = waiting;
    const weight = bytes;
    waiting = [];
    bytes = 0;
    lane ??= takeThread();
    const shellPages = batch.map(({ page }) => page);
    lane
      .run({ ...setup, plain, build, staging: output.staging, pages: shellPages }, weight)
      .then((answer) => {
        for (const { path, hash, size } of answer.files) output.putStaged(path, hash, size);
        ({ plain } = answer);
        for (const { resolve } of batch) resolve();
      })
      .catch((error: unknown) => {
        for (const { reject } of batch) reject(error);
      })
      .finally(() => {
        if (ending) flush();
      });
  };
  const send = (page: ShellPage): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ page, resolve, reject });
      bytes += page.body.length + 4096;
      if (waiting.length >= MOST_PAGES || bytes >= MOST_BYTES) flush();
      else if (ending) hurry();
    });
  return {
    add(model, body) {
      const page = { model, body: typeof body === 'string' ? encodeHtml(body) : body };
      return isForHere(page) ? fillHere(page) : send(page);
    },
    ready() {
      lane ??= takeThread();
    },
    hurry,
    flush,
    listPlain: () => plain,
    end() {
      ending = true;
      flush();
    },
    async close() {
      if (lane === undefined) return;
      if (lane.waiting() > 0 || resting !== undefined) await lane.close();
      else {
        lane.rest();
        resting = lane;
      }
      lane = undefined;
    },
  };
}
