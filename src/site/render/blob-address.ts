/** What stands for the address of a blob that has none because its bytes are missing or damaged. */
/** Another thing than a blob that is not shown. Apart from the renderer, which need not be loaded to say so. */

export const UNREADABLE_BLOB = '';
