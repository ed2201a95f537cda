/** The version of what turns look like. */
/** Apart from the renderer, so that a build with nothing to do need not load it. */

/** Changes whenever the HTML of any turn does. */
export const RENDERER_VERSION = '10';
