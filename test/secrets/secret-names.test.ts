/** Names that secrets are given to, and names that only look like it: one table each. */

import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/secrets/secrets.ts';
import { random } from './made-up.ts';

const words = (text: string) => text.trim().split(/\s+/);

/** Variables of the environment as they stand in people's shells and workflows. */
const SECRET_NAMES = words(`
  ACCESS_KEY ACCESS_TOKEN ADMIN_KEY ADMIN_PASSWORD ADMIN_TOKEN AES_KEY AIRTABLE_API_KEY ALGOLIA_ADMIN_KEY ANSIBLE_VAULT_PASSWORD ANTHROPIC_API_KEY
  API_KEY API_TOKEN APP_KEY APP_SECRET ARTIFACTORY_TOKEN AUTH_KEY AUTH_TOKEN AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AZURE_CLIENT_SECRET
  AZURE_STORAGE_KEY BEARER_TOKEN BITBUCKET_TOKEN BOT_TOKEN BROWSER_TOKEN BUILDKITE_AGENT_TOKEN BUNDLE_KEY CARGO_REGISTRY_TOKEN CI_JOB_TOKEN
  CIRCLE_TOKEN CLIENT_SECRET CLOUDFLARE_API_TOKEN CODECOV_TOKEN CONSUMER_SECRET COOKIE_SECRET CRATES_TOKEN CSRF_TOKEN DATADOG_API_KEY DB_PASS
  DB_PASSWORD DD_APP_KEY DECRYPTION_KEY DEPLOY_KEY DEPLOY_TOKEN DISCORD_TOKEN DJANGO_SECRET_KEY DOCKER_PASSWORD DOMAIN_KEY ENCRYPTION_KEY
  ERLANG_COOKIE_SECRET FASTLY_TOKEN FIREBASE_TOKEN FLASK_SECRET_KEY FLY_API_TOKEN FTP_PASSWORD GEMINI_API_KEY GH_TOKEN GITHUB_TOKEN GITLAB_TOKEN
  GOOGLE_API_KEY GRAFANA_TOKEN GROQ_API_KEY HEROKU_API_KEY HF_TOKEN HMAC_KEY HOMEBREW_GITHUB_API_TOKEN HOTSPOT_KEY HUGGINGFACE_TOKEN INGEST_KEY
  INPUT_TOKEN JIRA_TOKEN JOIN_TOKEN JWT_SECRET JWT_SIGNING_KEY KAFKA_SASL_PASSWORD KUBE_TOKEN LAUNCHDARKLY_SDK_KEY LDAP_BIND_PASSWORD LICENSE_KEY
  LINEAR_API_KEY LOGIN_TOKEN MAIL_PASSWORD MAILGUN_API_KEY MAPBOX_TOKEN MASTER_KEY MATRIX_ACCESS_TOKEN MISTRAL_API_KEY MONGO_PASSWORD MYSQL_PASSWORD
  MYSQL_ROOT_PASSWORD NETLIFY_AUTH_TOKEN NEW_RELIC_LICENSE_KEY NEXTAUTH_SECRET NGROK_AUTHTOKEN NODE_AUTH_TOKEN NOTION_TOKEN NPM_TOKEN
  NUGET_API_KEY OPENAI_API_KEY ORIGIN_TOKEN PAGERDUTY_TOKEN PGPASSWORD PIN_TOKEN PLAN_KEY POSTGRES_PASSWORD PRIVATE_KEY PROD_DB_PASSWORD
  PULUMI_ACCESS_TOKEN PYPI_TOKEN RAILS_MASTER_KEY REDIS_PASSWORD REFRESH_TOKEN REGION_KEY REGISTRATION_TOKEN REGISTRY_PASSWORD ROOT_PASSWORD
  RUN_TOKEN S3_SECRET_KEY SALESFORCE_SECURITY_TOKEN SECRET SECRET_KEY SECRET_KEY_BASE SENDGRID_API_KEY SENTRY_AUTH_TOKEN SESSION_SECRET SESSION_TOKEN
  SIGNIN_TOKEN SIGNING_KEY SLACK_BOT_TOKEN SLACK_SIGNING_SECRET SMTP_PASSWORD SNAPSHOT_KEY SNAPSHOT_TOKEN SNYK_TOKEN SONAR_TOKEN SSH_KEY_PASSPHRASE
  STATION_KEY STRIPE_SECRET_KEY SUPABASE_SERVICE_ROLE_KEY TELEGRAM_BOT_TOKEN TERRAFORM_TOKEN TF_TOKEN TOKEN TRANSACTION_KEY TWILIO_AUTH_TOKEN
  TWITTER_BEARER_TOKEN UNION_KEY VAULT_TOKEN VERCEL_TOKEN VERIFICATION_TOKEN VERSION_KEY WEBHOOK_SECRET WEBHOOK_TOKEN XAI_API_KEY ZOOM_JWT_TOKEN
  API_KEY_PROD DB_PASSWORD_2 SECRET_KEY_B64 STRIPE_KEY_LIVE GITHUBTOKEN`);

const HARMLESS_NAMES = words(`
  max_tokens maxToken min_token num_token token_count nextPageToken next_token pageToken prevToken continuationToken cursorKey cacheKey cache_key CACHE_KEY
  primaryKey PRIMARY_KEY foreign_key sortKey sort_key partitionKey partition_key publicKey PUBLIC_KEY objectKey mapKey rowKey columnKey groupKey
  orderKey idempotencyKey IDEMPOTENCY_KEY routingKey dedupeKey dedup_key i18nKey inputToken outputToken promptToken completionToken stopToken
  eosToken eos_token bos_token padToken maskToken hotkey shortKey arrowKey queryKey configKey monkey turkey donkey keyboard lookupKey
  tokenizer passes compass bypass keyframes tokenCount stateKey itemKey`);

const redactor = await createRedactor({ words: [], personal: false, knownValues: [] });
async function isTaken(content: string): Promise<boolean> {
  const [result] = await redactor.redactItems([{ role: 'user', parts: [{ type: 'text', content }] }]);
  return Object.keys(result?.fired ?? {}).length > 0;
}

const camel = (name: string) => name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const spellings: Readonly<Record<string, (name: string, value: string) => string>> = {
  'in a shell': (name, value) => `export ${name}=${value}`,
  'in quotes': (name, value) => `${name}="${value}"`,
  'in a list of variables': (name, value) => `PATH=/usr/bin\n${name}=${value}\nTERM=xterm`,
  'in YAML': (name, value) => `  ${name}: ${value}`,
  'in JSON': (name, value) => `{"${name}": "${value}"}`,
};

describe('a name that secrets are given to', () => {
  it.each(SECRET_NAMES)('%s', async (name) => {
    const value = random(24, name.length + 3);
    for (const [spelling, write] of Object.entries(spellings)) {
      expect(await isTaken(write(name, value)), `${name} ${spelling}`).toBe(true);
    }
  });

  it('counts in the spelling of code, too, where it leaves nothing else', async () => {
    for (const name of SECRET_NAMES.filter((one) =>
      /(?:TOKEN|SECRET|PASSWORD|API_KEY|SECRET_KEY|ACCESS_KEY)$/.test(one),
    )) {
      // In a program one is as often a word of the input, the other is no word.
      if (name === 'INPUT_TOKEN' || name === 'GITHUBTOKEN') continue;
      expect(await isTaken(`${camel(name)}: "${random(24, name.length)}"`), name).toBe(true);
    }
  });
});

describe('a name that only looks like it', () => {
  it.each(HARMLESS_NAMES)('%s', async (name) => {
    for (const write of Object.values(spellings)) expect(await isTaken(write(name, random(24, 7))), name).toBe(false);
  });
});
