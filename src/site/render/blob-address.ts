/** Where a blob is published, or that its bytes are missing or damaged: another thing than a blob that is not shown. */
/** Apart from the renderer, which need not be loaded to say so. */

export interface BlobAddress {
  /** From the site's root. */
  readonly url: string;
  /** Of the picture, in pixels. */
  readonly width: number;
  readonly height: number;
}

export const UNREADABLE_BLOB = 'unreadable';

export type BlobPlace = BlobAddress | typeof UNREADABLE_BLOB;
