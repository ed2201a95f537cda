/** The page checks itself: key, archive log, records, what was said, and what is shown, one after the other. */
/** Loaded when somebody asks for it. What it cannot show is said with what it shows. */

// first, because the modules below want it when they are loaded
import '../instead/install.ts';

import { decodeUtf8 } from '../../base/bytes.ts';
import { NetworkError, openContent, readPublished } from '../../replica/check/checking.ts';
import { comparePage, readPage, withPictures } from '../../site/compare/comparing.ts';
import { startHashing } from '../instead/blake3.ts';
import { basePath } from '../site-place.ts';
import { fetchConversation } from './known-conversation.ts';
import { verifyNote } from './note-signature.ts';
import { fetchBytes } from './replica-files.ts';
import { showProblem, showResult } from './result-view.ts';
import { findChangedHere } from './shown-here.ts';

/** Of a page of turns. */
const PAGE_LIMIT = 15 * 1024 * 1024;

/** Writes the answer into `out`; never throws. */
export async function checkThisPage(out: HTMLElement): Promise<void> {
  const say = (step: string): void => {
    out.textContent = step;
  };
  try {
    say('Fetching the archive log…');
    await startHashing();
    const digits = /\/c\/([0-9a-f]{16})\//.exec(location.pathname)?.[1] ?? '';
    const base = replicaOfPage();
    const fetchFile = (path: string, limit: number) =>
      fetchBytes(new URL(path, base), limit, path.endsWith('checkpoint') || path.endsWith('.json'));
    const published = await readPublished(digits, fetchFile, verifyNote);
    say('Fetching what was said…');
    const source = await fetchBytes(new URL(location.pathname, location.origin), PAGE_LIMIT, true);
    if (source === undefined) throw new NetworkError(location.host, 'status', 'it does not have this page any more');
    const page = readPage(decodeUtf8(source), { colours: false });
    const content = openContent(published.state.conversation, published.records, fetchFile);
    const meta = await content.readMeta();
    const { known, readBlob } = await fetchConversation(page, content);
    say('Comparing…');
    const compared = comparePage(page, known, {
      ...{ basePath, path: location.pathname, colours: false, meta, readBlob },
    });
    const report = await withPictures(compared, (url, limit) => fetchBytes(new URL(url, location.origin), limit));
    const here = findChangedHere(page.turns);
    showResult(out, published, { ...report, findings: [...report.findings, ...here] });
  } catch (error) {
    showProblem(out, error);
  }
}

/** Where the page says that its replica begins. */
function replicaOfPage(): URL {
  const link = document.querySelector<HTMLLinkElement>('link[rel="alternate"][type="application/vnd.turnpress+json"]');
  return new URL('.', link?.href ?? new URL(`${basePath}/archive/`, location.origin));
}
