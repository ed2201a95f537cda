/** Places that only a secret stands in: options of commands, files of logins, signatures of links. One row for each kind. */
/** A row's literals are what the fast look searches for, so no row can fire where the fast look sees nothing. */

import { type Report, reportMatches } from '../finding.ts';
import { createListSearch } from '../literal-search.ts';
import { printedSecrets } from '../places/printed-secrets.ts';
import { toolLogins } from '../places/tool-logins.ts';
import type { TellingPlace } from '../telling-place.ts';
import { callLogins } from './call-logins.ts';
import { commandLogins } from './command-logins.ts';
import { cutPlaces } from './cut-tokens.ts';
import { gitleaksPlaces } from './gitleaks.ts';
import { keyFiles } from './key-files.ts';
import { loginFiles } from './login-files.ts';
import { namedValues } from './named-values.ts';
import { signedLinks } from './signed-links.ts';
import { toldSecrets } from './told-secrets.ts';

export const tellingPlaces: readonly TellingPlace[] = [
  ...commandLogins,
  ...callLogins,
  ...cutPlaces,
  ...loginFiles,
  ...keyFiles,
  ...signedLinks,
  ...toldSecrets,
  ...printedSecrets,
  ...toolLogins,
  ...namedValues,
  ...gitleaksPlaces,
];

const search = createListSearch(tellingPlaces.map(({ literals }) => literals));

/** Finds what stands in such places. */
export function findInPlaces(text: string, report: Report): void {
  for (const i of search(text)) {
    const place = tellingPlaces[i];
    if (place !== undefined) reportMatches(text, place.pattern, place.rule, report, place.accepts);
  }
}
