/** Tokens of many services by the prefixes that they give them: one line for each. */
/** From what the services themselves say of their tokens; the well-known ones stand in `token-shapes.ts` with their traps. */

import type { TokenShape } from './token-shape.ts';

/** Nothing of a word stands before; behind a backslash the letter before belongs to an escape. */
const LEFT = '(?:(?<=\\\\[nrt])|(?<![A-Za-z0-9_-]))';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** The name of the rule, the fixed beginning, and what comes after it. */
const PREFIXED: readonly (readonly [rule: string, prefix: string, rest: string])[] = [
  ['adafruit', 'aio_', '[A-Za-z0-9]{28}'],
  ['alibaba', 'LTAI', '[A-Za-z0-9]{16,26}(?![A-Za-z0-9])'],
  ['atlassian', 'ATATT', '[A-Za-z0-9_=-]{60,300}'],
  ['aws', 'ABSKQmVkcm9ja', '[A-Za-z0-9+/=]{60,300}'],
  ['bitbucket', 'BBDC-', '[A-Za-z0-9+/@_-]{40,60}'],
  ['buildkite', 'bkua_', '[0-9a-f]{40}'],
  ['buildkite', 'bkaj_', '[A-Za-z0-9_.-]{40,400}'],
  ['cerebras', 'csk-', '[a-z0-9]{40,64}'],
  ['circleci', 'CCIPAT_', '[A-Za-z0-9]{22}_[0-9a-f]{40}'],
  ['clickhouse', '4b1d', '[A-Za-z0-9]{38}(?![A-Za-z0-9])'],
  ['clickup', 'pk_', '\\d{6,12}_[A-Z0-9]{32}'],
  ['cloudflare', 'v1.0-', '[a-f0-9]{24}-[a-f0-9]{146}'],
  ['contentful', 'CFPAT-', '[A-Za-z0-9_-]{43}'],
  ['crates', 'cio', '[A-Za-z0-9]{32}(?![A-Za-z0-9])'],
  ['defined', 'dnkey-', '[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}'],
  ['dropbox', 'sl.', '[A-Za-z0-9_-]{120,1200}'],
  ['duffel', 'duffel_live_', '[A-Za-z0-9_=-]{43}'],
  ['duffel', 'duffel_test_', '[A-Za-z0-9_=-]{43}'],
  ['dynatrace', 'dt0c01.', '[A-Z0-9]{24}\\.[A-Z0-9]{64}'],
  ['dynatrace', 'dt0s16.', '[A-Z0-9]{8}\\.[A-Z0-9]{64}'],
  ['easypost', 'EZAK', '[A-Za-z0-9]{54}'],
  ['easypost', 'EZTK', '[A-Za-z0-9]{54}'],
  ['elevenlabs', 'sk_', '[0-9a-f]{48}(?![A-Za-z0-9])'],
  ['facebook', 'EAA', '[A-Za-z0-9]{90,400}(?![A-Za-z0-9+/=])'],
  ['firecrawl', 'fc-', '[0-9a-f]{32}(?![A-Za-z0-9])'],
  ['fireworks', 'fw_', '[A-Za-z0-9]{22,24}(?![A-Za-z0-9])'],
  ['flutterwave', 'FLWSECK-', '[0-9a-zA-Z]{32}-X'],
  ['flutterwave', 'FLWSECK_TEST-', '[0-9a-zA-Z]{12,40}'],
  ['frameio', 'fio-u-', '[A-Za-z0-9_=-]{64}'],
  ['github', 'v1.', '[0-9a-f]{40}(?![A-Za-z0-9])'],
  ['gitlab', 'GR1348941', '[A-Za-z0-9_-]{20,50}'],
  ['gitlab', 'glrtr-', '[A-Za-z0-9_.-]{20,128}'],
  ['gitlab', 'gloas-', '[0-9a-f]{64}'],
  ['gitlab', 'glffct-', '[A-Za-z0-9_-]{20,64}'],
  ['gocardless', 'live_', '[A-Za-z0-9_=-]{40}(?![A-Za-z0-9_=-])'],
  ['google', '1//0', '[A-Za-z0-9_-]{40,120}'],
  ['grafana', 'eyJrIjoi', '[A-Za-z0-9+/=]{60,400}'],
  ['harness', 'pat.', '[A-Za-z0-9_-]{22}\\.[0-9a-f]{24}\\.[A-Za-z0-9]{20}'],
  ['hubspot', 'pat-na1-', UUID],
  ['hubspot', 'pat-eu1-', UUID],
  ['infracost', 'ico-', '[A-Za-z0-9]{32}(?![A-Za-z0-9])'],
  ['jfrog', 'AKC', '[A-Za-z0-9]{64,73}(?![A-Za-z0-9+/=])'],
  ['jfrog', 'cmVmdGtu', '[A-Za-z0-9]{56}(?![A-Za-z0-9+/=])'],
  ['jina', 'jina_', '[A-Za-z0-9_-]{50,80}'],
  ['langfuse', 'sk-lf-', UUID],
  ['langsmith', 'lsv2_', '(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}'],
  ['launchdarkly', 'sdk-', UUID],
  ['neon', 'napi_', '[a-z0-9]{40,80}'],
  ['notion', 'secret_', '[A-Za-z0-9]{43}(?![A-Za-z0-9])'],
  ['nuget', 'oy2', '[a-z0-9]{43}(?![a-z0-9])'],
  ['nvidia', 'nvapi-', '[A-Za-z0-9_-]{56,80}'],
  ['octopus', 'API-', '[A-Z0-9]{26}(?![A-Z0-9])'],
  ['onfido', 'api_live.', '[A-Za-z0-9_-]{8,16}\\.[A-Za-z0-9_-]{24,40}'],
  ['openshift', 'sha256~', '[A-Za-z0-9_-]{43}'],
  ['paypal', 'A21AA', '[A-Za-z0-9_-]{80,120}'],
  ['pinecone', 'pcsk_', '[A-Za-z0-9_]{40,90}'],
  ['plaid', 'access-production-', UUID],
  ['plaid', 'access-sandbox-', UUID],
  ['plaid', 'access-development-', UUID],
  ['posthog', 'phx_', '[A-Za-z0-9]{40,60}'],
  ['prefect', 'pnu_', '[A-Za-z0-9]{36}'],
  ['prefect', 'pnb_', '[A-Za-z0-9]{36}'],
  ['readme', 'rdme_', '[a-z0-9]{70}'],
  ['render', 'rnd_', '[A-Za-z0-9]{28,40}'],
  ['resend', 're_', '[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9])'],
  ['scalingo', 'tk-us-', '[A-Za-z0-9_-]{48}'],
  ['scaleway', 'SCW', '[A-Z0-9]{17}(?![A-Za-z0-9])'],
  ['settlemint', 'sm_aat_', '[A-Za-z0-9]{16,32}'],
  ['settlemint', 'sm_pat_', '[A-Za-z0-9]{16,32}'],
  ['shippo', 'shippo_live_', '[0-9a-f]{40}'],
  ['shippo', 'shippo_test_', '[0-9a-f]{40}'],
  ['sonar', 'sqp_', '[0-9a-f]{40}'],
  ['sonar', 'squ_', '[0-9a-f]{40}'],
  ['sonar', 'sqa_', '[0-9a-f]{40}'],
  ['sourcegraph', 'sgp_', '(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}'],
  ['square', 'EAAA', '[A-Za-z0-9_-]{60}(?![A-Za-z0-9_+/=-])'],
  ['stripe', 'sk_test_', '[A-Za-z0-9]{16,255}'],
  ['stripe', 'rk_test_', '[A-Za-z0-9]{16,255}'],
  ['stripe', 'sk_org_', '[A-Za-z0-9_]{20,255}'],
  ['tavily', 'tvly-', '(?:dev-|prod-)?[A-Za-z0-9]{24,64}'],
  ['tencent', 'AKID', '[A-Za-z0-9]{32}(?![A-Za-z0-9])'],
  ['together', 'tgp_v1_', '[A-Za-z0-9_-]{40,80}'],
  ['trello', 'ATTA', '[0-9a-f]{56,72}[A-F0-9]{0,8}'],
  ['twitch', 'oauth:', '[a-z0-9]{30}(?![a-z0-9])'],
  ['typeform', 'tfp_', '[A-Za-z0-9_.=-]{40,80}'],
  ['ubidots', 'BBFF-', '[A-Za-z0-9]{30}'],
  ['wandb', 'wandb_v1_', '[A-Za-z0-9_]{40,120}'],
  ['yandex', 'AQVN', '[A-Za-z0-9_-]{35,38}(?![A-Za-z0-9_-])'],
  ['yandex', 'y0_', '[A-Za-z0-9_-]{50,64}(?![A-Za-z0-9_-])'],
  ['zuplo', 'zpka_', '[A-Za-z0-9_]{40,80}'],
];

export const vendorTokens: readonly TokenShape[] = [
  ...PREFIXED.map(([rule, prefix, rest]) => ({
    rule,
    ...searched(prefix, rest),
    shape: `${LEFT}${prefix.replace(/[.~]/g, '\\$&')}${rest}`,
  })),
  {
    rule: 'mailchimp',
    literals: ['-us'],
    follow: /^\d/,
    shape: '(?<![A-Za-z0-9])[0-9a-f]{32}-us\\d{1,2}(?!\\w)',
  },
  {
    rule: 'airtable',
    literals: ['pat'],
    follow: /^[A-Za-z0-9]{14}\.[0-9a-f]{64}/,
    shape: `${LEFT}pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}`,
  },
  {
    rule: 'azure',
    literals: ['AZDO'],
    follow: /^[A-Za-z0-9]{4}/,
    shape: '(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}',
  },
  {
    rule: 'azure',
    literals: [...'0123456789'].map((digit) => `${digit}Q~`),
    shape: '(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}\\dQ~[A-Za-z0-9_~.-]{31,34}',
  },
  {
    rule: 'firebase',
    literals: [':APA91b'],
    shape: '(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{11}:APA91b[A-Za-z0-9_-]{120,200}',
  },
  { rule: 'mapbox', literals: ['sk.eyJ'], shape: `${LEFT}sk\\.eyJ[A-Za-z0-9_-]{20,400}\\.[A-Za-z0-9_-]{16,60}` },
  {
    rule: 'twilio',
    literals: [...'0123456789abcdef'].map((digit) => `SK${digit}`),
    follow: /^[0-9a-f]{31}/,
    shape: `${LEFT}SK[0-9a-f]{32}(?![A-Za-z0-9])`,
  },
  { rule: 'discord', literals: ['mfa.'], follow: /^[\w-]{60}/, shape: `${LEFT}mfa\\.[A-Za-z0-9_-]{60,100}` },
  {
    // The first part is a number in base64: two digits in a row allow few letters.
    rule: 'discord',
    literals: ['M', 'N', 'O'].flatMap((a) => [...'DTjz'].flatMap((b) => [...'AEIMQUYcgk'].map((c) => a + b + c))),
    follow: /^[\w-]{20,26}\.[\w-]{6}\.[\w-]{25}/,
    shape: '(?<![A-Za-z0-9_-])[MNO][DTjz][AEIMQUYcgk][A-Za-z0-9_-]{20,26}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{25,50}',
  },
];

/**
 * What is short or common is searched for with what comes after it, of which no row needs more than these characters. What must
 * not come after it is left to the shape: to the fast look the next line stands right behind.
 */
function searched(prefix: string, rest: string): Pick<TokenShape, 'literals' | 'follow' | 'reach'> {
  return {
    literals: [prefix],
    ...(prefix.length < 8 && { follow: new RegExp(`^${rest.replace(/\(\?!.*$/, '')}`), reach: 200 }),
  };
}
