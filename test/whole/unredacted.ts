/** The same sessions in an archive that no redaction has touched: appended through the archive's own door. */
/** It proves the alarm: a search that finds nothing here would be no proof anywhere else. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openArchive, type PreparedTurn, prepareTurn } from '../../src/archive/archive.ts';
import { claudeCode } from '../../src/ingest/importers/claude-code.ts';
import { codex } from '../../src/ingest/importers/codex.ts';
import type { Importer } from '../../src/ingest/kit/importer.ts';
import { MAIN_HEAD } from '../../src/model/conversation.ts';
import { encodeItem, ITEM_TYPE, ITEM_VERSION } from '../../src/model/item.ts';
import { JSON_ENCODING } from '../../src/model/turn.ts';

/** Appends the sessions in these files, one conversation a file, exactly as their importer reads them. */
export function appendUnredacted(archiveDir: string, files: readonly string[]): void {
  const archive = openArchive(archiveDir, { mode: 'write' });
  try {
    for (const path of files) {
      const importer: Importer = path.includes('/.codex/') ? codex : claudeCode;
      const output = importer.read({
        path,
        bytes: readFileSync(path),
        from: 0,
        firstLine: 1,
        settle: true,
        readBeside: (name) => readFileIfThere(join(dirname(path), name)),
      });
      for (const blob of output.blobs) archive.putBlob(blob.bytes);
      const byKey = new Map<string, PreparedTurn>();
      const turns: PreparedTurn[] = [];
      for (const { key, parent, timeMs, item, aliases } of output.turns) {
        const turn = prepareTurn({
          parent: (parent === null ? undefined : byKey.get(parent)) ?? turns.at(-1) ?? null,
          timeMs: timeMs ?? turns.at(-1)?.timeMs ?? 0,
          encoding: JSON_ENCODING,
          typeId: ITEM_TYPE,
          typeVersion: ITEM_VERSION,
          payload: encodeItem(item),
        });
        for (const name of [key, ...aliases]) byKey.set(name, turn);
        turns.push(turn);
      }
      const [first, last] = [turns[0], turns.at(-1)];
      const told = output.conversations[0];
      if (first === undefined || last === undefined || told === undefined)
        throw new Error(`nothing was read of ${path}`);
      archive.append({
        turns,
        heads: [{ conversation: first.hash, name: MAIN_HEAD, turn: last.hash }],
        metas: [{ conversation: first.hash, meta: told.meta, timeMs: told.asOfMs }],
      });
    }
  } finally {
    archive.close();
  }
}

function readFileIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
