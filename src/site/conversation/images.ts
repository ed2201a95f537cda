/** Images as they may be published: a known format by its first bytes, bounded, without metadata. */
/** Anything else is not an image, whatever its name or type says. Metadata holds places, names and sometimes text. */

import { limits } from '../../base/limits.ts';
import { ATTACHMENT_KINDS, findImage, stripImage } from '../../model/images.ts';

/** Media types that may be shown, with the extension of their files. */
export const IMAGE_TYPES: ReadonlyMap<string, string> = new Map(
  ATTACHMENT_KINDS.flatMap(({ mime, shown }) => (shown === undefined ? [] : [[mime, shown.extension]])),
);

export interface CleanImage {
  readonly bytes: Uint8Array;
  /** As it is shown. */
  readonly width: number;
  readonly height: number;
}

/** The image without metadata; undefined when the bytes are not a whole image of this type within the limits. */
export function cleanImage(bytes: Uint8Array, mime: string): CleanImage | undefined {
  const image = findImage(bytes);
  const size = image?.sizes[0];
  if (image?.mime !== mime || size === undefined || !image.sizes.every(isBounded)) return undefined;
  return { bytes: stripImage(bytes, image), width: size[0], height: size[1] };
}

function isBounded([width, height]: readonly [number, number]): boolean {
  const { imageSide, imagePixels } = limits;
  return width > 0 && height > 0 && width <= imageSide && height <= imageSide && width * height <= imagePixels;
}
