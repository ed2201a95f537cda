/** Elements of a document one by one, XML or HTML, however badly made. */
/** For the few elements that we look for ourselves; feeds have their own parsers. */

import { Parser } from 'htmlparser2';

export interface MarkupHandler {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close?: (name: string) => void;
  readonly text?: (text: string) => void;
}

/** References are read. In XML names keep their case; what was never closed is closed at the end. */
export function walkMarkup(document: string, kind: 'xml' | 'html', { open, close, text }: MarkupHandler): void {
  const parser = new Parser(
    {
      onopentag: open,
      ...(close !== undefined && { onclosetag: close }),
      ...(text !== undefined && { ontext: text }),
    },
    { xmlMode: kind === 'xml', decodeEntities: true },
  );
  parser.end(document);
}
