/** One list of feeds put into another. */
/** Outlines keep what they say, under prefixes that stand for the same in the other list. */

import type { OpmlDocument, Outline } from '../feed/opml.ts';

type Attributes = Readonly<Record<string, string>>;
type Rename = (attributes: Attributes | undefined) => Attributes;

/** `fresh`: by address, the feeds of theirs that are new here, and whether they are private; each is taken at its first place. */
export function mergeLists(
  ours: OpmlDocument,
  theirs: OpmlDocument,
  fresh: ReadonlyMap<string, { readonly private?: boolean }>,
): OpmlDocument {
  const { namespaces, rename } = joinNamespaces(ours.namespaces ?? {}, theirs.namespaces ?? {});
  return { ...ours, namespaces, outlines: merge(ours.outlines, theirs.outlines, new Map(fresh), rename) };
}

/** Takes from `fresh` what it added. */
function merge(
  ours: readonly Outline[],
  theirs: readonly Outline[],
  fresh: Map<string, { readonly private?: boolean }>,
  rename: Rename,
): readonly Outline[] {
  const merged = [...ours];
  for (const outline of theirs) {
    const more = rename(outline.more);
    if ('outlines' in outline) {
      const at = merged.findIndex((each) => 'outlines' in each && each.title === outline.title);
      const group = merged[at];
      const own = group !== undefined && 'outlines' in group ? group : undefined;
      const left = fresh.size;
      const outlines = merge(own?.outlines ?? [], outline.outlines, fresh, rename);
      if (fresh.size === left) continue;
      // what their folder is kept from is said of each feed; it says nothing of ours
      const { private: _, ...others } = more;
      if (own === undefined) merged.push({ ...outline, outlines, more });
      else merged[at] = { ...own, outlines, more: { ...others, ...own.more } };
      continue;
    }
    const found = fresh.get(outline.feedUrl);
    if (found === undefined) continue;
    fresh.delete(outline.feedUrl);
    // what somebody else's list says of archives is not believed: those are subscribed to by hand
    const { archiveUrl: _, ...feed } = outline;
    const isPrivate = found.private === undefined ? {} : { private: String(found.private) };
    merged.push({ ...feed, more: { ...more, ...isPrivate } });
  }
  return merged;
}

/** Their names under our prefixes; a prefix that is taken for something else gets a number. */
function joinNamespaces(
  ours: Attributes,
  theirs: Attributes,
): { readonly namespaces: Attributes; readonly rename: Rename } {
  const namespaces = new Map(Object.entries(ours));
  const prefixes = new Map<string, string>();
  for (const [prefix, name] of Object.entries(theirs)) {
    let own = [...namespaces].find(([, known]) => known === name)?.[0];
    for (let n = 1; own === undefined; n++) {
      const free = n === 1 ? prefix : `${prefix}-${n}`;
      if (!namespaces.has(free)) own = free;
    }
    namespaces.set(own, name);
    prefixes.set(prefix, own);
  }
  const renameOne = (name: string): string | undefined => {
    const [prefix = '', ...local] = name.split(':');
    if (local.length === 0 || prefix === 'xml') return name;
    const own = prefixes.get(prefix);
    return own === undefined ? undefined : `${own}:${local.join(':')}`;
  };
  return {
    namespaces: Object.fromEntries(namespaces),
    rename: (attributes = {}) =>
      Object.fromEntries(
        Object.entries(attributes).flatMap(([name, value]) => {
          const own = renameOne(name);
          return own === undefined ? [] : [[own, value] as const];
        }),
      ),
  };
}
