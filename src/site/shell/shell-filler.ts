/** Fills the shells of a batch: by Nunjucks alone where that was seen to give Eleventy's bytes, else by Eleventy. */
/** Eleventy has the word on each template once for each version of all templates; from then on it need not be loaded. */

import { createPlainShells } from './plain-shells.ts';
import type { ShellPage } from './shell-body.ts';
import type { ShellRenderer } from './shells.ts';

/** Pages of a template that are filled both ways before the rest of its pages is filled plainly. */
const SAMPLES = 3;

export interface ShellFiller {
  /** URL → whole HTML document in UTF-8. Throws TemplateError. */
  fill(batch: readonly ShellPage[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Templates that were seen to be plain. */
  listPlain(): readonly string[];
}

/** `plain`: templates that an earlier build saw to be so. `openEleventy` is called when it is needed. */
export function createShellFiller(
  templates: ReadonlyMap<string, string>,
  plain: readonly string[],
  openEleventy: () => Promise<ShellRenderer>,
): ShellFiller {
  const shells = createPlainShells(templates);
  const seen = new Map(plain.map((template) => [template, true]));
  let eleventy: ShellRenderer | undefined;
  const fillByEleventy = async (batch: readonly ShellPage[]): Promise<ReadonlyMap<string, Uint8Array>> => {
    if (batch.length === 0) return new Map();
    eleventy ??= await openEleventy();
    return eleventy.render(batch);
  };
  const compare = async (batch: readonly ShellPage[]): Promise<ReadonlyMap<string, Uint8Array>> => {
    const unseen = batch.filter(({ model }) => !seen.has(model.template));
    const samples = [...Map.groupBy(unseen, ({ model }) => model.template).values()].map((own) =>
      own.slice(0, SAMPLES),
    );
    const filled = await fillByEleventy(samples.flat());
    for (const own of samples) {
      const isSame = own.every((page) => areEqual(shells.find(page), filled.get(page.model.url)));
      for (const { model } of own.slice(0, 1)) seen.set(model.template, isSame);
    }
    return filled;
  };
  return {
    async fill(batch) {
      const filled = new Map(await compare(batch));
      const left: ShellPage[] = [];
      for (const page of batch) {
        if (filled.has(page.model.url)) continue;
        const document = seen.get(page.model.template) === true ? shells.find(page) : undefined;
        if (document === undefined) left.push(page);
        else filled.set(page.model.url, document);
      }
      for (const [url, document] of await fillByEleventy(left)) filled.set(url, document);
      return filled;
    },
    listPlain: () => [...seen].flatMap(([template, isPlain]) => (isPlain ? [template] : [])).sort(),
  };
}

function areEqual(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}
