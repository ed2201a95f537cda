/** A small published site on a host that does what a test says: two conversations with all that tampering likes to change. */
/** Published twice, so that an old state of its replica lies beside the new one. */

import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { whole } from '../model/image-samples.ts';
import { type HostileServer, honest, type Mode, type Rule, serveHostile } from '../replica/hostile-server.ts';
import { openPlace, type Place } from './command-line.ts';
import { claudePath, claudeSession } from './sessions.ts';

export interface Orchard {
  readonly place: Place;
  readonly server: HostileServer;
  /** Of the two conversations, as the site spells them. */
  readonly ids: readonly string[];
  readonly paths: readonly string[];
  /** The replica as it was when only one of them was published. */
  readonly early: string;
  /** A folder's page, and what never changes. */
  readonly usual: readonly Rule[];
  source(path: string): string;
  /** First 16 digits of the turns on a page, in its order. */
  turnsOf(path: string): readonly string[];
  /** The first page is this one from now on, or as it was. */
  serve(html: string | undefined): void;
  close(): Promise<void>;
}

/** A leaf, 5 by 4. */
const picture = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: Buffer.from(whole['image/png']).toString('base64') },
};

export async function openOrchard(): Promise<Orchard> {
  const place = openPlace();
  const ran = async (...argv: readonly string[]) => expect((await place.inside(...argv)).code).toBe(0);
  const config = (...words: readonly string[]) =>
    place.configure({ publish: words.map((word) => ({ project: `/srv/code/${word}`, visibility: 'public' })) });
  for (const word of ['apple', 'plum']) writeSession(place, word);
  await ran('init', '.', '--origin', 'test.example/orchard');
  await ran('ingest', '--settle');
  config('apple');
  await ran('publish', '--yes');
  const early = join(place.folder, 'early');
  cpSync(join(place.site, 'archive'), join(early, 'archive'), { recursive: true });
  config('apple', 'plum');
  await ran('publish', '--yes');
  /** A page's folder is its index.html. */
  const index: Mode = (asked) => {
    const file = join(asked.folder, asked.path, 'index.html');
    honest({ ...asked, path: `${asked.path}index.html`, bytes: readFileSync(file) });
  };
  const pages = { match: /\/$/, mode: index };
  /** Named by its content: a browser asks for it once. */
  const assets: Rule = {
    match: /^\/assets\//,
    mode: (asked) => {
      asked.response.setHeader('cache-control', 'max-age=31536000, immutable');
      honest(asked);
    },
  };
  const server = await serveHostile(place.site, [pages, assets]);
  const ids = readdirSync(join(place.site, 'c')).filter((name) => /^[0-9a-f]{16}$/.test(name));
  const paths = ids.map((id) => `/c/${id}/`);
  const source = (path: string): string => readFileSync(join(place.site, path, 'index.html'), 'utf8');
  return {
    ...{ place, server, ids, paths, early, usual: [pages, assets], source },
    turnsOf: (path) => [...source(path).matchAll(/<[^<>]* id="t-([0-9a-f]{16})"/g)].map(([, id = '']) => id),
    serve(html) {
      const given: Mode = (asked) => honest({ ...asked, path: 'index.html', bytes: Buffer.from(html ?? '') });
      server.rules = [...(html === undefined ? [] : [{ match: paths[0] ?? '', mode: given }]), pages, assets];
    },
    async close() {
      place.close();
      await server.close();
    },
  };
}

function writeSession(place: Place, word: string): void {
  const session = claudeSession(word, { cwd: `/srv/code/${word}` });
  session.prompt(`Plant the ${word} tree, see <b>this</b> "id" & that`);
  session.answer([
    {
      type: 'text',
      text: `I look at [the map](https://example.org/${word}) first:\n\n- one\n- two\n\n\`\`\`js\nlet a = 'one';\n\`\`\``,
    },
    { type: 'tool_use', id: `call-${word}`, name: 'Bash', input: { command: `ls ${word}` } },
  ]);
  session.result(`call-${word}`, `total 1\n${word}.txt`);
  session.answer([
    {
      type: 'tool_use',
      id: `edit-${word}`,
      name: 'Edit',
      input: { file_path: `/srv/code/${word}/plan.txt`, old_string: 'dig a hole', new_string: 'dig a deep hole' },
    },
  ]);
  session.result(`edit-${word}`, 'The file was updated.');
  session.answer([{ type: 'text', text: `The ${word} tree is planted.` }]);
  session.prompt([{ type: 'text', text: 'Thanks' }, picture]);
  session.answer([{ type: 'text', text: 'It was nothing.' }]);
  place.write(claudePath(session.id, `-srv-code-${word}`), session.text());
}
