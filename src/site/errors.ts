/** What can go wrong while a site is built. */
/** One class per cause; nothing of the new build is in the output folder when one of them is thrown, and its finished work is kept. */

import { BrokenDatabaseError, DatabaseBusyError, DatabaseDiskError, TurnpressError } from '../base/errors.ts';

/** A public conversation holds what must not be published. Nothing was written. */
export class PublishBlockedError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(conversation: string, reason: string, blocked: number) {
    const more =
      blocked > 1
        ? ` (and ${blocked - 1} more ${blocked === 2 ? 'conversation is' : 'conversations are'} blocked)`
        : '';
    super(
      'PUBLISH_BLOCKED',
      { conversation, reason, blocked },
      `conversation ${conversation.slice(0, 16)} may not be published: ${reason}${more}. Withdraw the turn, or make the conversation private in site.json; a turn that you have looked at and that is harmless goes into redact.allow`,
    );
  }
}

/** The output folder holds files that no build of ours made. */
export class ForeignOutputError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(outputDir: string) {
    super(
      'FOREIGN_OUTPUT',
      { outputDir },
      `${outputDir} is not empty and was not made by turnpress; name another folder with --output or empty it first`,
    );
  }
}

/** What stands at the output folder's place, or in it, cannot be built into or over. Nothing was changed. */
export class OutputPlaceError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(path: string, problem: string) {
    super('OUTPUT_PLACE', { path, problem }, `${path} ${problem}; move it away, or name another folder with --output`);
  }
}

/** The output folder holds the other kind of site: what is private must never stand among what is published. */
export class OtherSiteError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(outputDir: string, holds: 'private' | 'public') {
    const other = holds === 'private' ? 'public' : 'private';
    super(
      'OTHER_SITE',
      { outputDir, holds },
      `${outputDir} holds the ${holds} site, and the ${other} one never goes there; name another folder with --output, or delete this one`,
    );
  }
}

/** Another build writes to the same output folder right now. */
export class BuildRunningError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(outputDir: string, cause: unknown) {
    super('BUILD_RUNNING', { outputDir }, `another build of ${outputDir} is running`, cause);
  }
}

/** What was written to the archive since the gate looked has not passed it. Nothing was published; the next build has little left to do. */
export class ArchiveGrewError extends TurnpressError {
  override readonly kind = 'usage';
  constructor() {
    const message =
      'the archive grew while its public site was made, and nobody has looked into what is new; build it again';
    super('ARCHIVE_GREW', {}, message);
  }
}

/** The search indexer failed, answered nonsense or did not answer in time. */
export class SearchIndexError extends TurnpressError {
  constructor(shard: string, problem: string, cause?: unknown) {
    super('SEARCH_INDEX', { shard }, `the search index (part ${shard}) could not be built: ${problem}`, cause);
  }
}

/** A page template, ours or the user's, does not render. */
export class TemplateError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(problem: string, cause: unknown) {
    super('TEMPLATE', {}, `a page template does not render: ${problem}`, cause);
  }
}

/** The renderer failed on a page: a bug of ours, since every item has a way to be shown. The conversation's page says so. */
export class RenderFailedError extends TurnpressError {
  constructor(problem: string, cause?: unknown) {
    super('RENDER_FAILED', {}, `a page could not be rendered: ${problem}`, cause);
  }
}

/** Not one turn of a conversation can be read. Its page says so. */
export class NothingReadableError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(reason: string) {
    super('NOTHING_READABLE', { reason }, `none of its turns can be read, it is damaged: ${reason}`);
  }
}

/** A thread of the build died, was started once more, and died again. */
export class ThreadDiedError extends TurnpressError {
  constructor(job: string, problem: string, cause?: unknown) {
    super('THREAD_DIED', { job }, `the thread for ${job} died twice: ${problem}`, cause);
  }
}

const STOPPING: readonly (abstract new (...args: never[]) => Error)[] = [
  TemplateError,
  ThreadDiedError,
  SearchIndexError,
  BrokenDatabaseError,
  DatabaseDiskError,
  DatabaseBusyError,
];

/** Whether nothing can be built any more after this: templates, threads, disk and state serve every page. Anything else is the matter of one conversation. */
export function stopsBuild(error: unknown): boolean {
  if (STOPPING.some((kind) => error instanceof kind)) return true;
  return error instanceof Error && 'code' in error && (error.code === 'ERR_SQLITE_ERROR' || 'syscall' in error);
}
