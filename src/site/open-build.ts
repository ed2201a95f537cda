/** Opens what a build works with, and closes it: the output folder, the threads, and the work that is under way. */
/** Apart from the steps of the build, which only use it. */

import { join } from 'node:path';
import type { ArchiveReader } from '../archive/archive.ts';
import type { BuildContext } from './conversation/context.ts';
import { createFeedBuilder } from './feeds/feeds.ts';
import type { BuildOptions } from './options.ts';
import { createGate } from './render/gate.ts';
import { createPainter, FACE } from './render/paint/painter.ts';
import { createRenderPool, type RenderPool, WORTH_A_THREAD } from './render/render-pool.ts';
import { type Around, createFrame } from './shell/frame.ts';
import type { SiteInputs } from './shell/inputs.ts';
import { createPageQueue } from './shell/page-queue.ts';
import { keepPlainTemplates, listPlainTemplates } from './shell/plain-templates.ts';
import { keyOf } from './state/keys.ts';
import { forgetReport } from './state/moving.ts';
import { openOutput } from './state/output.ts';
import type { SiteState } from './state/state.ts';
import { copySiteUrl } from './urls.ts';

/** Raw bytes that were read and are not written yet. Rendered they are several times as large. */
const MOST_UNDER_WAY = 5 * 1024 * 1024;

export interface OpenBuild {
  readonly context: BuildContext;
  /** How many problems were reported. */
  problems(): number;
  /** Starts the threads that this many turns are worth. */
  start(turns: number): void;
  /** Hands the pages that wait to the thread that fills them, because none will follow for a while. */
  send(): void;
  /** Waits for everything that was deferred; throws its first failure. */
  settled(): Promise<void>;
  /** Ends the threads and keeps what is finished; after an error too. */
  close(): Promise<void>;
}

export function openBuild(
  archive: ArchiveReader,
  options: BuildOptions,
  inputs: SiteInputs,
  state: SiteState,
  notes: BuildContext['notes'],
): OpenBuild {
  const { outputDir, mode, check = false, log } = options;
  const output = openOutput(state, { outputDir, mode, site: siteOf(archive), check, log });
  if (!output.whole) forgetReport(state);
  const frame = createFrame(options.config, inputs, options.mode, options.replica !== undefined, aroundOf(options));
  const queue = createPageQueue(output, {
    templates: inputs.templates,
    plain: listPlainTemplates(state, inputs),
    folder: join(options.cacheDir, 'shells'),
  });
  const deferred = createDeferred();
  let pool: RenderPool | undefined;
  let problems = 0;
  const lazyPool: RenderPool = {
    run: (kind, job, weight) => getPool().run(kind, job, weight),
    close: async () => pool?.close(),
  };
  const gate = createGate(MOST_UNDER_WAY, queue.hurry);
  const context: BuildContext = {
    archive,
    options,
    inputs,
    notes,
    state,
    output,
    frame,
    feeds: createFeedBuilder({ output, config: options.config, frameKey: frame.key, pool: lazyPool, gate }),
    pool: lazyPool,
    painter: createPainter({ face: inputs.assets.get(FACE.file)?.content ?? new Uint8Array(), family: FACE.family }),
    gate,
    afresh: !output.whole || state.findMeta('frame') !== frame.key,
    writePage: queue.add,
    defer: deferred.add,
    check: deferred.check,
    damaged: new Set(),
    problem(code, message, conversation) {
      problems++;
      if (code.startsWith('DAMAGED_')) context.damaged.add(conversation);
      options.log.problem({ code, message, file: conversation });
    },
  };
  const getPool = (): RenderPool => {
    pool ??= createRenderPool(0);
    return pool;
  };
  return {
    context,
    problems: () => problems,
    start(turns) {
      pool = createRenderPool(turns);
      if (turns >= WORTH_A_THREAD) queue.ready();
    },
    send: queue.flush,
    async settled() {
      queue.end();
      await deferred.all();
    },
    async close() {
      await context.pool.close();
      await context.painter.close();
      await queue.close();
      keepPlainTemplates(state, inputs, queue.listPlain());
      state.commit();
    },
  };
}

function aroundOf({ reading, copies = [], copyOf = '', pulledFrom = '' }: BuildOptions): Around {
  const links = copies.map(({ name, title }) => ({ label: title, url: copySiteUrl(name) }));
  return { hasReader: reading !== undefined || copyOf !== '', copies: links, copyOf, pulledFrom };
}

/** Collects work that goes on in the background. The first failure is kept. */
function createDeferred() {
  const open = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const check = (): void => {
    if (failures.length > 0) throw failures[0];
  };
  return {
    add(work: Promise<void>): void {
      const settled = work.catch((error: unknown) => void failures.push(error)).finally(() => open.delete(settled));
      open.add(settled);
    },
    check,
    async all(): Promise<void> {
      while (open.size > 0) await Promise.race(open);
      check();
    },
  };
}

/** Names the site of an archive, on any machine. */
export function siteOf({ info }: ArchiveReader): string {
  return keyOf('site', info.origin).slice(0, 16);
}
