/** The reader's door: following feeds, asking them politely, keeping what they say. */
/** What it fetches and shows is somebody else's: addresses are checked, documents are parsed in a thread of their own. */

export { discoverFeed, type FoundFeed } from './discover.ts';
export { NoFeedError, SubscriptionsError } from './errors.ts';
export { type PollOptions, type PollReport, type PollResult, pollFeeds } from './poll/poll.ts';
export type { EntryFilter, ReaderEntry } from './store/entries.ts';
export { type FollowedFeed, feedKey } from './store/feeds.ts';
export { openReaderStore, type ReaderStore } from './store/store.ts';
export {
  addSubscription,
  mergeSubscriptions,
  moveSubscription,
  readSubscriptions,
  removeSubscription,
  type Subscription,
} from './subscriptions.ts';
