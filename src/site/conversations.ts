/** The conversations of a build, one after the other: each is made, kept and done with by itself. */
/** What one of them fails with is its own matter, unless nothing at all can be built any more. */

import type { ConversationId } from '../model/ids.ts';
import type { BuildContext, VisibleConversation } from './conversation/context.ts';
import { type Walk, walkConversation } from './conversation/conversation.ts';
import { ownerOf } from './conversation/conversation-work.ts';
import { buildFailure } from './conversation/failed.ts';
import { stopsBuild } from './errors.ts';
import { buildCardOf, forgetCardOf } from './once/card.ts';
import { buildReplicaOf, forgetReplicaOf } from './once/replica.ts';
import { describe } from './select.ts';

/** Reads it and starts what makes its pages; the rest is deferred. From the moment all its pages are written it counts as built. */
export async function buildConversation(context: BuildContext, id: ConversationId): Promise<void> {
  const { archive, output, options } = context;
  const conversation = describe(archive.getConversation(id), options, context.notes);
  output.take(ownerOf(id));
  buildCardOf(context, conversation);
  buildReplicaOf(context, id);
  try {
    const walk = await walkConversation(context, conversation);
    context.defer(settle(context, conversation, walk));
    if (stopsBuild(walk.failure?.error)) throw walk.failure?.error;
  } catch (error) {
    if (stopsBuild(error)) throw error;
    context.defer(fail(context, conversation, error));
  }
}

async function settle(context: BuildContext, conversation: VisibleConversation, walk: Walk): Promise<void> {
  const settled = await Promise.allSettled(walk.tasks);
  const errors: readonly unknown[] = [
    ...(walk.failure === undefined ? [] : [walk.failure.error]),
    ...settled.flatMap((task) => (task.status === 'rejected' ? [task.reason] : [])),
  ];
  const stopping = errors.find(stopsBuild);
  if (stopping !== undefined) throw stopping;
  if (errors.length > 0) return fail(context, conversation, errors[0]);
  done(context, conversation, context.damaged.has(conversation.summary.id));
}

async function fail(context: BuildContext, conversation: VisibleConversation, error: unknown): Promise<void> {
  await buildFailure(context, conversation, error);
  done(context, conversation, true);
}

function done({ output, state }: BuildContext, { summary }: VisibleConversation, failed: boolean): void {
  const { id, turns } = summary;
  output.settle(ownerOf(id));
  state.conversations.settle(id, failed);
  state.commitSome(turns);
}

/** Takes away what is left of a conversation that this site does not show any more. */
export function forgetConversation(context: BuildContext, id: ConversationId): void {
  const { output, state } = context;
  forgetReplicaOf(context, id);
  forgetCardOf(context, id);
  const owner = ownerOf(id);
  output.take(owner);
  output.settle(owner);
  state.places.save(id, [], new Map());
  state.units.keep(id, []);
  state.tallies.keep(id, []);
  state.edits.keep(id, []);
  state.commits.save(id, '', []);
  state.conversations.holdOpen(id, []);
  state.lists.place({ id, firstMs: 0, lastMs: 0 }, []);
  state.packs.forget(owner);
  state.conversations.forget(id);
}
