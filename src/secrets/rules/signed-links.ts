/** Signatures and keys inside links: who has the link has the access. */
/** What they open is in the rest of the link, so only the signature goes. */

import { isPlaceholder, looksRandom } from '../judging/placeholders.ts';
import type { TellingPlace } from '../telling-place.ts';

const isSignature = (value: string) => !isPlaceholder(value) && value.length >= 16 && /\d/.test(value);

export const signedLinks: readonly TellingPlace[] = [
  {
    rule: 'url-signature',
    literals: ['&sig=', '?sig=', ';sig=', '"sig='].map((text) => ({ text, follow: /^[\w%+/-]{16}/ })),
    pattern: /(?<=[?&;"]sig=)(?<v>[A-Za-z0-9%+/=_-]{20,256})/dg,
    accepts: isSignature,
  },
  {
    rule: 'url-signature',
    literals: ['signature=', 'security-token=', '&token=', '?token=', '&code=', '?code=', '&x-amz-', 'policy='].map(
      (text) => ({
        text,
        folded: true,
        follow: /^[\w%+/~-]{16}/,
      }),
    ),
    pattern:
      /(?<=[?&;](?:X-Amz-|X-Goog-|X-Oss-|X-Tos-)?(?:Signature|Security-Token|Policy|token)=)(?<v>[A-Za-z0-9%+/=_~.-]{16,4096})|(?<=[?&]code=)(?<w>[A-Za-z0-9%/_~.-]{32,4096})/dgi,
    accepts: (value) =>
      isSignature(value) && (looksRandom(value.replace(/%../g, '')) || /^[0-9a-f]{40,}$/i.test(value)),
  },
  {
    rule: 'webhook',
    literals: [{ text: '.webhook.office.com/', follow: /^webhookb2/ }],
    pattern: /(?<=\.webhook\.office\.com\/webhookb2\/)(?<v>[\w@/-]{60,200})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    rule: 'webhook',
    literals: [{ text: 'hooks.zapier.com/hooks/' }],
    pattern: /(?<=hooks\.zapier\.com\/hooks\/catch\/)(?<v>\d{4,12}\/[\w/]{4,40})/dg,
    accepts: (value) => !isPlaceholder(value),
  },
  {
    rule: 'jwt',
    literals: [{ text: 'eyJ', follow: /^[\w-]{8,130}\./, reach: 140 }],
    pattern:
      /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,400}\.[A-Za-z0-9_-]{0,800}\.[A-Za-z0-9_-]{8,64}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{16,64}(?![A-Za-z0-9_-])/dg,
    accepts: (value) => !isPlaceholder(value),
  },
];
