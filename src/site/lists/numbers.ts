/** What was done and what it took, of the whole site or of one project: the numbers of `/stats/` and of `turnpress stats`. */
/** Sums that the state keeps up, and what follows from them; nothing here reads a log. */

import { costOf, type Price, type TokenCounts } from '../../model/facts/prices.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { SiteState } from '../state/state.ts';
import { type TallyKind, TOKEN_KINDS, WHOLE } from '../state/work/tallies.ts';
import { mondayOf } from './activity.ts';

export interface Numbers {
  readonly conversations: number;
  readonly prompts: number;
  readonly turns: number;
  readonly activeDays: number;
  /** Biggest first. `failed`: of the calls. */
  readonly tools: readonly { readonly name: string; readonly calls: number; readonly failed: number }[];
  /** Most output first. `cost` undefined: the model has no price. */
  readonly models: readonly (TokenCounts & { readonly model: string; readonly cost: number | undefined })[];
  readonly tokens: TokenCounts;
  /** Of all models that have a price; undefined: none has one. */
  readonly cost: number | undefined;
  /** Prompts by hour of the day, UTC. */
  readonly hours: readonly number[];
  /** Weeks from the first to the last in which something was done, at most `MOST_WEEKS`. */
  readonly weeks: readonly Week[];
  /** Most turns first. */
  readonly longest: readonly {
    readonly id: ConversationId;
    readonly title: string;
    readonly turns: number;
    readonly firstMs: number;
    readonly lastMs: number;
  }[];
}

export interface Week extends TokenCounts {
  /** Its Monday, `2026-01-05`. */
  readonly day: string;
  /** That began in it. */
  readonly conversations: number;
  readonly turns: number;
}

const MOST_WEEKS = 53;
const LONGEST = 10;
const DAY_MS = 86_400_000;

/** `scope`: WHOLE, or the address of a project's list. */
export function readNumbers(state: SiteState, scope: string, prices: readonly Price[]): Numbers {
  const { tallies, lists } = state;
  const failed = new Map(tallies.listNames(scope, 'failed').map(({ name, n }) => [name, n]));
  const models = readModels(state, scope, prices);
  const costs = models.flatMap(({ cost }) => (cost === undefined ? [] : [cost]));
  const hours = new Array<number>(24).fill(0);
  for (const { name, n } of tallies.listNames(scope, 'prompt')) hours[Number(name)] = n;
  return {
    conversations: lists.countMembers(scope),
    prompts: tallies.sum(scope, 'prompt'),
    turns: tallies.sum(scope, 'turn'),
    activeDays: tallies.listDays(scope, 'turn').length,
    tools: tallies.listNames(scope, 'tool').map(({ name, n }) => {
      return { name, calls: n, failed: Math.min(n, failed.get(name) ?? 0) };
    }),
    models,
    tokens: tokensOf((kind) => tallies.sum(scope, kind)),
    cost: costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0),
    hours,
    weeks: readWeeks(state, scope),
    longest: state.conversations.listLongest(scope === WHOLE ? undefined : scope, LONGEST),
  };
}

function readModels({ tallies }: SiteState, scope: string, prices: readonly Price[]): Numbers['models'] {
  const byKind = new Map(
    TOKEN_KINDS.map((kind) => [kind, new Map(tallies.listNames(scope, kind).map(({ name, n }) => [name, n]))]),
  );
  const names = new Set([...byKind.values()].flatMap((counts) => [...counts.keys()]));
  return [...names]
    .map((model) => {
      const tokens = tokensOf((kind) => byKind.get(kind)?.get(model) ?? 0);
      return { model, ...tokens, cost: costOf(prices, model, tokens) };
    })
    .sort((a, b) => b.out - a.out || (a.model < b.model ? -1 : 1));
}

function readWeeks({ tallies, lists }: SiteState, scope: string): readonly Week[] {
  const last = tallies.listDays(scope, 'turn').at(-1)?.day;
  if (last === undefined) return [];
  const end = mondayOf(last);
  const earliest = end - (MOST_WEEKS - 1) * 7 * DAY_MS;
  const since = new Date(earliest).toISOString().slice(0, 10);
  const sums = (kind: TallyKind): ReadonlyMap<number, number> => {
    const weeks = new Map<number, number>();
    for (const { day, n } of tallies.listDays(scope, kind, since)) {
      const week = mondayOf(day);
      weeks.set(week, (weeks.get(week) ?? 0) + n);
    }
    return weeks;
  };
  const turns = sums('turn');
  const tokens = new Map(TOKEN_KINDS.map((kind) => [kind, sums(kind)]));
  const begun = new Map<number, number>();
  for (const ms of lists.listStarts(scope, earliest)) {
    const week = mondayOf(new Date(ms).toISOString().slice(0, 10));
    begun.set(week, (begun.get(week) ?? 0) + 1);
  }
  const from = Math.min(end, ...turns.keys(), ...begun.keys());
  return Array.from({ length: Math.round((end - from) / (7 * DAY_MS)) + 1 }, (_, i) => {
    const week = from + i * 7 * DAY_MS;
    return {
      day: new Date(week).toISOString().slice(0, 10),
      conversations: begun.get(week) ?? 0,
      turns: turns.get(week) ?? 0,
      ...tokensOf((kind) => tokens.get(kind)?.get(week) ?? 0),
    };
  });
}

function tokensOf(of: (kind: (typeof TOKEN_KINDS)[number]) => number): TokenCounts {
  return { fresh: of('fresh'), cached: of('cached'), written: of('written'), out: of('out') };
}
