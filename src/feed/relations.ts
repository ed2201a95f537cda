/** Relations of links that are turnpress's own, for those who write feeds and those who read them. */
/** Apart from the writers, so that reading needs none of them. */

/** The checkpoint of the conversation that a feed is of. */
export const CHECKPOINT_RELATION = 'urn:turnpress:rel:checkpoint';
