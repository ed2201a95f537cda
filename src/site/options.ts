/** What a build is told and what it answers. */
/** Apart from the door, because every part of the room reads them. */

import type { Revision } from '../archive/archive.ts';
import type { Log, Progress } from '../base/log.ts';
import type { ConversationId } from '../model/ids.ts';
import type { ReadingSource } from '../model/reading/entries.ts';
import type { SiteConfig } from '../model/site-config.ts';
import type { Replica } from '../replica/replica.ts';
import type { Following } from './following.ts';

export interface BuildOptions {
  /** Where the site goes. `<outputDir>.tmp` beside it is used while building. */
  readonly outputDir: string;
  readonly config: SiteConfig;
  /** `local`: everything, private conversations marked. `public`: only what a rule makes public. */
  readonly mode: 'local' | 'public';
  /** Conversations that must not be published, and why. A public one among them stops a public build. */
  readonly blocked?: ReadonlyMap<ConversationId, string>;
  /** The archive of which `blocked` speaks: what came later goes out with no build. Undefined: it does not change. */
  readonly gated?: Revision;
  /** What was published, to be written below `/archive/` of a public site. Absent: the site has no replica. */
  readonly replica?: Replica;
  /** What the subscriptions brought, for the reader's pages of a private site. Absent: it has none. */
  readonly reading?: ReadingSource;
  /** Copies of other archives whose sites stand in `from/<name>/` of this one; each is built for itself. */
  readonly copies?: readonly { readonly name: string; readonly title: string }[];
  /** This is the site of such a copy: what its pages say of where it comes from, and where the replica stands that it was pulled from. */
  readonly copyOf?: string;
  readonly pulledFrom?: string;
  /** What the owner follows and shows. Absent: nothing. */
  readonly following?: Following;
  /** Private folder for what the next build can reuse. */
  readonly cacheDir: string;
  readonly templatesDir: string;
  /** The user's templates and assets; each replaces ours of the same name. */
  readonly userTemplatesDir?: string;
  readonly contentDir: string;
  readonly docsDir: string;
  /** Compares every file of the site with what was written, and makes again what is gone or changed. */
  readonly check?: boolean;
  readonly log: Log;
  readonly progress: Progress;
}

export interface BuildReport {
  readonly pagesWritten: number;
  readonly pagesUnchanged: number;
  readonly pagesDeleted: number;
  readonly filesWritten: number;
  readonly filesDeleted: number;
  readonly feeds: number;
  readonly shardsBuilt: number;
  readonly shardsKept: number;
  /** Conversations with pages on this site, by visibility. */
  readonly public: number;
  readonly private: number;
  /** Conversations that were left out because they are private. */
  readonly leftOut: number;
  /** Bytes written. */
  readonly bytes: number;
  /** Bad inputs that did not stop the build; each was also reported to the log. */
  readonly problems: number;
}
