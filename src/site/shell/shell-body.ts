/** Where the body stands in a filled shell: a mark goes through the template engine, and the body takes its place. */
/** Engines copy what they are given many times; a body is as large as a page. */

import { randomUUID } from 'node:crypto';
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import type { EncodedHtml } from '../../base/html.ts';
import { underBasePath } from '../base-path.ts';
import type { PageModel } from './page-model.ts';

/** A page that is ready for its shell. */
export interface ShellPage {
  readonly model: PageModel;
  /** The part that typed code rendered. */
  readonly body: EncodedHtml;
}

/** Random, so that no text from outside is taken for it. */
export const BODY_MARK = `body-${randomUUID()}`;

/** The finished page. A template may place the body once, several times or never. */
export function placeBody(shell: string, { model, body }: ShellPage): Uint8Array {
  const { basePath } = model;
  const placed = basePath === '' ? body : encodeUtf8(underBasePath(decodeUtf8(body), basePath));
  const [head = '', ...rest] = underBasePath(shell, basePath).split(BODY_MARK);
  return concatBytes([encodeUtf8(head), ...rest.flatMap((part) => [placed, encodeUtf8(part)])]);
}
