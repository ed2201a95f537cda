/** The door for a page that checks itself: what a page shows, held against what was said. */
/** Apart from the site's door, which builds; nothing behind this one needs Node, but for what browser/instead has in its place. */

export { underBasePath } from '../base-path.ts';
export { IMAGE_TYPES } from '../conversation/images.ts';
export { imageUrl } from '../urls.ts';
export { type TurnView, viewTurn } from '../view/turn-view.ts';
export { comparePage, listShown, type PageFinding, type PageReport } from './compare-page.ts';
export { type KnownConversation, knowTurns } from './known-turns.ts';
export { withPictures } from './pictures.ts';
export { decodeText, readPage, type ShownPage, type ShownTurn } from './read-page.ts';
export { comparedWords, NOT_PROVEN, notComparedWords, ownersWords } from './report-words.ts';
