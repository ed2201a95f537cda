/** A site may stand below a path of its host (`https://example.org/name/`): what then stands in front of its addresses. */
/** All addresses are made as if the site were at the root; what leaves the room (pages, redirects, headers, manifest) gets the path here. Scripts know it from their own address. */

/** Of an opening tag; text and attributes hold no `<` or `>` of their own. */
const TAG = /<[a-z][^<>]*>/g;
const ADDRESS = /( (?:href|src|action|formaction)="|="0; url=)\/(?!\/)/g;

/** `/name` of `https://example.org/name/`; empty at the root of a host. */
export function basePathOf(site: string): string {
  return new URL(site).pathname.replace(/\/+$/, '');
}

/** The host, and the path below it when there is one: tells the sites of one host apart. */
export function placeNameOf(site: string): string {
  return new URL(site).host + basePathOf(site);
}

/** HTML of ours, every address of which that begins with one slash is the site's own. */
export function underBasePath(html: string, basePath: string): string {
  if (basePath === '') return html;
  return html.replace(TAG, (tag) => tag.replace(ADDRESS, (_, before: string) => `${before}${basePath}/`));
}
