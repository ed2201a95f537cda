/** The conversations of a build, one after the other: each is made, kept and done with by itself. */
/** What one of them fails with is its own matter, unless nothing at all can be built any more. */

import type { ConversationId } from '../model/ids.ts';
import type { BuildContext, VisibleConversation } from './conversation/context.ts';
import { walkConversation } from './conversation/conversation.ts';
import { ownerOf } from './conversation/conversation-work.ts';
import { buildFailure } from './conversation/failed.ts';
import { stopsBuild } from './errors.ts';
import { describe } from './select.ts';

/** Reads it and starts what makes its pages; the rest is deferred. From the moment all its pages are written it counts as built. */
export async function buildConversation(context: BuildContext, id: ConversationId): Promise<void> {
  const { archive, output, options } = context;
  const conversation = describe(archive.getConversation(id), options);
  output.take(ownerOf(id));
  try {
    const tasks = await walkConversation(context, conversation);
    context.defer(settle(context, conversation, tasks));
  } catch (error) {
    if (stopsBuild(error)) throw error;
    context.defer(fail(context, conversation, error));
  }
}

async function settle(
  context: BuildContext,
  conversation: VisibleConversation,
  tasks: readonly Promise<void>[],
): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((task) => task.status === 'rejected');
  if (failed !== undefined) {
    if (stopsBuild(failed.reason)) throw failed.reason;
    return fail(context, conversation, failed.reason);
  }
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
export function forgetConversation({ output, state }: BuildContext, id: ConversationId): void {
  const owner = ownerOf(id);
  output.take(owner);
  output.settle(owner);
  state.places.save(id, [], new Map());
  state.units.keep(id, []);
  state.lists.place({ id, firstMs: 0, lastMs: 0 }, []);
  state.packs.forget(owner);
  state.conversations.forget(id);
}
