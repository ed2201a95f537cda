/** What every part of one build shares: the archive, the configuration, and where pages and files go. */
/** Made once by build.ts and handed down; nothing here lives longer than a build. */

import type { ArchiveReader } from '../../archive/archive.ts';
import type { EncodedHtml, SafeHtml } from '../../base/html.ts';
import type { ConversationSummary } from '../../model/conversation.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { FeedBuilder } from '../feeds/feeds.ts';
import type { BuildOptions } from '../options.ts';
import type { Gate } from '../render/gate.ts';
import type { Painter } from '../render/paint/painter.ts';
import type { RenderPool } from '../render/render-pool.ts';
import type { Frame } from '../shell/frame.ts';
import type { SiteInputs } from '../shell/inputs.ts';
import type { Note } from '../shell/notes.ts';
import type { PageModel } from '../shell/page-model.ts';
import type { Output } from '../state/output.ts';
import type { SiteState } from '../state/state.ts';

export interface BuildContext {
  readonly archive: ArchiveReader;
  readonly options: BuildOptions;
  readonly inputs: SiteInputs;
  /** What the owner wrote about conversations. */
  readonly notes: ReadonlyMap<ConversationId, Note>;
  readonly state: SiteState;
  readonly output: Output;
  readonly frame: Frame;
  readonly feeds: FeedBuilder;
  readonly pool: RenderPool;
  readonly painter: Painter;
  /** Bounds what was read and is not written yet, in raw bytes. */
  readonly gate: Gate;
  /** The frame changed, or nothing is known of earlier builds: whatever is not asked of the touched has to be looked at. */
  readonly afresh: boolean;
  /** Resolves when the page, which was declared before, is written. */
  writePage(model: PageModel, body: SafeHtml | EncodedHtml): Promise<void>;
  /** Work that goes on while the build reads on; the build waits for it, and fails with it. */
  defer(work: Promise<void>): void;
  /** Throws what deferred work failed with: nothing is gained by going on. */
  check(): void;
  /** Conversations of which something could not be read: they are tried again by the next build. */
  readonly damaged: Set<ConversationId>;
  /** One bad input that does not stop the build. */
  problem(code: string, message: string, conversation: ConversationId): void;
}

/** A conversation that this site shows, with what its rules say of it. */
export interface VisibleConversation {
  readonly summary: ConversationSummary;
  readonly title: string;
  readonly tags: readonly string[];
  /** What the owner wrote about it; undefined: nothing. */
  readonly note: Note | undefined;
  /** Only in a local build: it would not be published. */
  readonly private: boolean;
  /** Only in a local build: it may be published. */
  readonly open: boolean;
}
