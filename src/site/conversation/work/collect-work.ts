/** Collects what was done: counts by page and day for the statistics, and which files were changed after which prompt. */
/** Kept page by page, so that of a conversation that grew only the pages that are walked are counted again. */

import { isoTime } from '../../../base/time.ts';
import type { TurnHash } from '../../../model/ids.ts';
import { splitUsage, type ToolCallPart, type Usage } from '../../../model/item.ts';
import { plainName } from '../../render/names.ts';
import { plainTitle } from '../../render/text/plain-title.ts';
import { listChangedPaths } from '../../render/tools/change-count.ts';
import type { Edit, FilePlace } from '../../state/work/edits.ts';
import type { Tally, TallyKind } from '../../state/work/tallies.ts';
import { projectUrl } from '../../urls.ts';
import type { TurnView } from '../../view/turn-view.ts';
import type { Collecting } from '../collector.ts';
import type { ConversationWork } from '../conversation-work.ts';
import { placeOfFile } from './file-place.ts';

/** Turns of one prompt that are named for one file; more are only counted. */
const MOST_TURNS = 8;
const UNNAMED = '(unnamed)';

export function openWork({ context, conversation }: ConversationWork): Collecting {
  const { state } = context;
  const { summary } = conversation;
  const { meta } = summary;
  const project = meta.project ?? '';
  const scope = project === '' ? '' : projectUrl(project);
  const tools = new Map<string, string>();
  const pages: string[] = [];
  let prompt = { hash: '', why: '' };
  let tallies = createCounter();
  let edits = new Map<string, Edit>();

  // those that were held later say which of their files it changed, too
  const share = (files: readonly FilePlace[]): void => state.conversations.neighbours.markSharing(summary.id, files);
  const addEdit = (path: string, { hash, timeMs }: TurnView['turn']): void => {
    const place = { project, ...placeOfFile(path, meta) };
    const key = JSON.stringify([place.folder, place.file, prompt.hash]);
    const known = edits.get(key) ?? {
      ...place,
      title: conversation.title,
      prompt: prompt.hash,
      why: prompt.why,
      timeMs,
      count: 0,
      turns: [],
    };
    const turns = known.turns.length < MOST_TURNS ? [...known.turns, hash.slice(0, 16) as TurnHash] : known.turns;
    edits.set(key, { ...known, timeMs: Math.max(known.timeMs, timeMs), count: known.count + 1, turns });
  };
  const addCall = (call: ToolCallPart, view: TurnView, day: string): void => {
    const name = plainName(call.name, 80) || UNNAMED;
    tools.set(call.id, name);
    tallies.add('tool', name, day, 1);
    for (const path of listChangedPaths(call)) addEdit(path, view.turn);
  };
  return {
    openBranch() {
      // what was asked on the way to the fork is not asked again here
      prompt = { hash: '', why: '' };
    },
    turn(view) {
      const { item, turn } = view;
      const iso = isoTime(turn.timeMs);
      const day = iso.slice(0, 10);
      tallies.add('turn', '', day, 1);
      if (item === undefined) return;
      if (view.prompt) {
        const words = item.parts.map((part) => (part.type === 'text' ? part.content : '')).join(' ');
        prompt = { hash: turn.hash.slice(0, 16), why: plainTitle(words, 100) };
        if (meta.parent === undefined) tallies.add('prompt', iso.slice(11, 13), day, 1);
      }
      if (item.usage !== undefined) addUsage(tallies, item.usage, plainName(item.model ?? '', 80) || UNNAMED, day);
      for (const part of item.parts) {
        if (part.type === 'tool_call') addCall(part, view, day);
        else if (part.type === 'tool_call_response' && part.status === 'error')
          tallies.add('failed', tools.get(part.id) ?? UNNAMED, day, 1);
      }
    },
    page({ url }) {
      pages.push(url);
      state.tallies.save(summary.id, url, scope, tallies.list());
      share(state.edits.save(summary.id, url, [...edits.values()]));
      tallies = createCounter();
      edits = new Map();
    },
    settledPage: ({ url }) => void pages.push(url),
    finish() {
      state.tallies.keep(summary.id, pages);
      share(state.edits.keep(summary.id, pages));
    },
  };
}

function addUsage(tallies: Counter, usage: Usage, model: string, day: string): void {
  const { fresh, cached, written, output } = splitUsage(usage);
  tallies.add('fresh', model, day, fresh);
  tallies.add('cached', model, day, cached);
  tallies.add('written', model, day, written);
  tallies.add('out', model, day, output);
}

interface Counter {
  add(kind: TallyKind, name: string, day: string, n: number): void;
  /** In one order, whatever came first. */
  list(): readonly Tally[];
}

function createCounter(): Counter {
  const counts = new Map<string, Tally>();
  return {
    add(kind, name, day, n) {
      if (!Number.isSafeInteger(n) || n <= 0) return;
      const key = JSON.stringify([day, kind, name]);
      counts.set(key, { kind, name, day, n: (counts.get(key)?.n ?? 0) + n });
    },
    list: () => [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tally]) => tally),
  };
}
