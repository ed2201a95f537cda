/** The answer of a page's own check, in words. */
/** Everything goes in as text; turns are links to their places. */

import { messageOf } from '../../base/errors.ts';
import { isoTime } from '../../base/time.ts';
import { plural } from '../../model/counts.ts';
import {
  BadReplicaError,
  fingerprintOf,
  LaggingReplicaError,
  NetworkError,
  NotPublishedError,
  type Published,
} from '../../replica/check/checking.ts';
import {
  comparedWords,
  NOT_PROVEN,
  notComparedWords,
  ownersWords,
  type PageFinding,
  type PageReport,
} from '../../site/compare/comparing.ts';
import { anchorOf } from '../../site/fixed-urls.ts';

const SAME_HOST =
  'The program that checked came from the same host as the page: whoever does not trust the host checks from elsewhere, with';

export function showResult(out: HTMLElement, published: Published, report: PageReport): void {
  const named = new Set(report.findings.map(({ turn }) => turn));
  const good = report.shown.filter((digits) => !named.has(digits)).length;
  const holds = report.findings.length === 0;
  const verdict = element('p', holds ? '✓ ' : '✗ ');
  verdict.className = `check-verdict ${holds ? 'holds' : 'fails'}`;
  verdict.append(element('strong', verdictOf(good, published.signature, report)));
  const owners = ownersWords(report);
  if (owners !== '') verdict.append(` ${sentence(owners)}`);
  const failures = element('ul');
  for (const finding of report.findings) failures.append(failureOf(finding));
  const facts = element('dl');
  facts.className = 'facts';
  for (const [name, value] of factsOf(published, report)) {
    const row = element('div');
    row.append(element('dt', name), element('dd', value));
    facts.append(row);
  }
  const limits = element('p', `${sentence(NOT_PROVEN)} ${SAME_HOST} `);
  limits.append(element('code', `turnpress check ${location.origin}${location.pathname}`), '.');
  const rest = element('details');
  rest.append(element('summary', 'What this shows, and what it does not'), facts);
  rest.append(element('h3', 'Not compared'));
  rest.append(element('p', sentence(`${notComparedWords(report)}; colours of code`)));
  rest.append(element('h3', 'Not proven'), limits);
  out.replaceChildren(verdict, ...(report.findings.length === 0 ? [] : [failures]), rest);
}

/** A sentence for what kept the check from being made. */
export function showProblem(out: HTMLElement, error: unknown): void {
  const fails = error instanceof BadReplicaError || error instanceof NotPublishedError;
  const verdict = element('p', fails ? '✗ ' : '? ');
  verdict.className = `check-verdict ${fails ? 'fails' : 'unknown'}`;
  verdict.append(element('strong', sentenceOf(error)));
  out.replaceChildren(verdict, element('p', messageOf(error)));
}

function sentenceOf(error: unknown): string {
  if (error instanceof NetworkError || error instanceof LaggingReplicaError)
    return 'Not checked: the host did not give what is needed. Nothing is said about the page.';
  if (error instanceof NotPublishedError) return 'What the archive publishes does not have this conversation.';
  if (error instanceof BadReplicaError) return 'The published archive contradicts itself.';
  return 'Not checked.';
}

function verdictOf(good: number, signature: Published['signature'], report: PageReport): string {
  const { turns, sameText, renderer, takenBack, findings } = report;
  if (turns === 0 && findings.length > 0) return 'This page shows no turn.';
  if (turns === 0)
    return `Every turn of this branch stands on another one, and ends where this page says${SIGNED[signature]}.`;
  const words =
    sameText > 0
      ? ` Of ${sameText} only the words were compared: the page says that another version made it (${renderer || 'it does not say which'}).`
      : '';
  const all = `${turns === 1 ? 'The turn' : `All ${turns} turns`} on this page ${turns === 1 ? 'is' : 'are'} as published`;
  const how = `${takenBack === 0 ? '' : `, ${takenBack} taken back`}${SIGNED[signature]}`;
  if (findings.length === 0) return `${all}${how}.${words}`;
  if (good === turns) return `${all}${how}; what stands beside them is not.${words}`;
  return `${good} of ${plural(turns, 'turn')} on this page ${good === 1 ? 'is' : 'are'} as published${how}.${words}`;
}

const SIGNED: Readonly<Record<Published['signature'], string>> = {
  valid: '',
  unsigned: ', by an archive that nobody signed',
  'not checked': '; the signature was not checked',
};

/** With a capital and a full stop. */
function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function failureOf({ turn, problem }: PageFinding): HTMLElement {
  const item = element('li');
  if (turn !== '') {
    const link = element('a', anchorOf(turn));
    link.href = `#${anchorOf(turn)}`;
    item.append(link, ': ');
  }
  item.append(problem);
  return item;
}

function factsOf(published: Published, report: PageReport): readonly (readonly [string, string])[] {
  const { origin, key, keySinceMs, signature, logSize, looked, state } = published;
  const since = keySinceMs === undefined ? 'that record was not read' : isoTime(keySinceMs).slice(0, 10);
  const signed = {
    valid: 'valid',
    unsigned: 'none: only the host says whose archive this is',
    'not checked': 'NOT CHECKED: this browser cannot verify Ed25519 here',
  }[signature];
  const ends =
    report.turns === 0
      ? 'has no turn of its own'
      : `${report.fromFirst ? 'begins with the first turn' : 'begins later'}, ${report.toLast ? 'ends with the last one of a branch' : 'ends before the last one'}`;
  return [
    ['Archive', origin],
    ['Signature', signed],
    ...(key === undefined
      ? []
      : ([
          ['Key', `${key.id}: ${fingerprintOf(key).words}`],
          ['Signs since', `${since}, by the publisher’s clock`],
        ] as const)),
    [
      'Archive log',
      `${plural(logSize, 'record')}; the newest ${looked} were read, and the last one of this conversation is record ${state.position}`,
    ],
    [
      'Conversation',
      `${plural(state.size, 'record')} under one root, published ${isoTime(state.timeMs).slice(0, 16).replace('T', ' ')} UTC`,
    ],
    ['This page', ends],
    ['Compared', [report.turns === 0 ? 'where its branch ends' : 'all turns', ...comparedWords(report)].join(', ')],
  ];
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, text = ''): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
