/** Whether the pictures of a page are those that were published: their files, fetched and hashed. */
/** One at a time, each once; what did not come is told apart from what is another picture. */

import { blake3Hex } from '../../base/blake3.ts';
import { limits } from '../../base/limits.ts';
import type { PageFinding, PageReport } from './compare-page.ts';

/** An address on the page's host. Undefined: it has nothing there. Throws what kept it from coming. */
export type FetchPicture = (url: string, limit: number) => Promise<Uint8Array | undefined>;

/** Throws what `fetchPicture` does. */
export async function withPictures(report: PageReport, fetchPicture: FetchPicture): Promise<PageReport> {
  const findings: PageFinding[] = [];
  const byUrl = Map.groupBy(report.pictures, ({ url }) => url);
  for (const [url, pictures] of byUrl) {
    const bytes = await fetchPicture(url, limits.blobFile);
    const found = bytes === undefined ? undefined : blake3Hex(bytes);
    for (const turn of new Set(pictures.flatMap(({ hash, turn }) => (hash === found ? [] : [turn]))))
      findings.push({
        turn,
        problem: bytes === undefined ? 'the host does not have its picture' : 'the picture in it is another one',
      });
  }
  return { ...report, findings: [...report.findings, ...findings] };
}
