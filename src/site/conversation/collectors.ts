/** What is collected from each conversation that is built: one row for each thing that other pages and files are made of. */
/** A new one is a file beside this one and a row here; what it collects, it keeps in the site's state. */

import { openFeeds } from './collect-feeds.ts';
import { openLists } from './collect-lists.ts';
import { openMarkdown } from './collect-markdown.ts';
import { openPages } from './collect-pages.ts';
import type { Collector } from './collector.ts';
import { openCommits } from './work/collect-commits.ts';
import { openWork } from './work/collect-work.ts';

export const collectors: readonly Collector[] = [
  { name: 'words for search, pages, and the places of turns', open: openPages },
  { name: 'feeds of the branches, entries for the feeds of lists', open: openFeeds },
  { name: 'counts, and files that were changed', open: openWork },
  { name: 'commits', open: openCommits },
  { name: 'the conversation as Markdown', open: openMarkdown },
  { name: 'list item and lists', open: openLists },
];

/** All rows as one. */
export const openCollectors: Collector['open'] = (work) => {
  const all = collectors.map((collector) => collector.open(work));
  return {
    openBranch: (branch) => {
      for (const one of all) one.openBranch?.(branch);
    },
    turn: (view, page) => {
      for (const one of all) one.turn?.(view, page);
    },
    exchange: async (exchange) => {
      for (const one of all) await one.exchange?.(exchange);
    },
    page: (page) => {
      for (const one of all) one.page?.(page);
    },
    settledPage: (page) => {
      for (const one of all) one.settledPage?.(page);
    },
    closeBranch: async () => {
      for (const one of all) await one.closeBranch?.();
    },
    finish: () => {
      for (const one of all) one.finish?.();
    },
  };
};
