/** A conversation page that is asked for a turn it does not hold sends to where the turn stands now. */
/** That happens when the main branch went another way after somebody kept the address. */

import { anchorOf, pages, parseAnchor } from '../site/fixed-urls.ts';
import { basePath } from './site-place.ts';

addEventListener('hashchange', jump);
jump();

function jump(): void {
  const digits = parseAnchor(location.hash);
  if (digits === undefined || document.getElementById(anchorOf(digits)) !== null) return;
  location.replace(`${basePath}${pages.resolver}#${digits}`);
}
