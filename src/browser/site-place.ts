/** Where the site stands on its host: scripts are served from the folder `assets` of it. */
/** Empty at the root, else `/name`: it goes in front of every address that a script makes. */

export const basePath = new URL('..', import.meta.url).pathname.replace(/\/+$/, '');
