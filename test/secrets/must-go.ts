/** Texts whose secret must go. Every reported miss adds a row. */
/** Secrets are put together at run time, so that no host takes this file for a leak. */

export interface MustGo {
  readonly name: string;
  readonly text: string;
  /** No piece of this may be left. */
  readonly secret: string;
  readonly rule: string;
}

const RANDOM = 'q7Rt2LmX9vBn4KpZ8sWd3HfY6cJg1TaE5uQo0NiVrMxCzDyPkSbGhUwFeLjIaO27tR5vK9mQ2xZ8nB4pL6sD1fH3gJ7';

/** Made-up characters of the shape asked for, never the same for two seeds. */
export function filler(length: number, seed: number): string {
  let out = '';
  for (let i = 0; i < length; i++) out += RANDOM[(i * (7 + (seed % 5) * 6) + seed * 13) % RANDOM.length];
  return out;
}

const hex = (length: number, seed: number) =>
  Array.from({ length }, (_, i) => ((i * 7 + seed * 5 + ((i * i) % 11)) % 16).toString(16)).join('');
const upper = (length: number, seed: number) => filler(length, seed).toUpperCase();
const join = (...pieces: readonly string[]) => pieces.join('');

export const github: string = join('gh', 'p_', filler(36, 1));
const awsId = join('AK', 'IA', upper(16, 2));
const awsKey = join(filler(20, 3), '/', filler(19, 4));
const jwt = join('ey', 'JhbGciOiJIUzI1NiJ9', '.', 'ey', 'JzdWIiOiI', filler(20, 5), '.', filler(43, 6));
const pemBody = Array.from({ length: 6 }, (_, i) => filler(64, 20 + i));
const pem = (kind: string, end: boolean, newline: string) =>
  [
    join('-----BEGIN ', kind, 'PRIVATE ', 'KEY-----'),
    ...pemBody,
    ...(end ? [join('-----END ', kind, 'PRIVATE ', 'KEY-----')] : []),
  ].join(newline);

const token = (name: string, rule: string, secret: string): MustGo => ({
  name,
  rule,
  secret,
  text: `the value is ${secret} here`,
});

export const mustGo: readonly MustGo[] = [
  { name: 'plain', rule: 'github', secret: github, text: `use ${github} now` },
  { name: 'quoted', rule: 'github', secret: github, text: `x = "${github}"` },
  { name: 'after a line-number gutter', rule: 'github', secret: github, text: `    12→${github}` },
  { name: 'in URL credentials', rule: 'github', secret: github, text: `https://me:${github}@github.com/a/b` },
  {
    name: 'after a comment that switches scanners off',
    rule: 'github',
    secret: github,
    text: `// secretlint-disable\n${github}`,
  },
  { name: 'with letters glued to its end', rule: 'github', secret: github, text: `${github}andmore` },
  { name: 'with letters glued to its beginning', rule: 'github', secret: github, text: `x${github}` },
  { name: 'private key block', rule: 'private-key', secret: pemBody[3] ?? '', text: `a\n${pem('', true, '\n')}\nb` },
  {
    name: 'private key with escaped line ends',
    rule: 'private-key',
    secret: pemBody[2] ?? '',
    text: `"${pem('RSA ', true, '\\n')}\\n"`,
  },
  {
    name: 'private key whose END is cut off',
    rule: 'private-key',
    secret: pemBody[5] ?? '',
    text: pem('OPENSSH ', false, '\n'),
  },
  { name: 'private key in a diff', rule: 'private-key', secret: pemBody[4] ?? '', text: `+${pem('EC ', true, '\n+')}` },
  {
    name: 'AWS secret key with its label',
    rule: 'key',
    secret: awsKey,
    text: `${join('AWS_SECRET', '_ACCESS_KEY')}=${awsKey}`,
  },
  { name: 'AWS access key id', rule: 'aws', secret: awsId, text: `id ${awsId}` },
  { name: 'URL login', rule: 'url', secret: 'hunter2x9', text: 'ftp://joe:hunter2x9@files.acme.dev/x' },
  { name: 'database URL', rule: 'url', secret: 'S3cr!tPw', text: 'postgres://app:S3cr!tPw@db.acme.dev:5432/app' },
  { name: 'JSON Web Token', rule: 'jwt', secret: jwt, text: `t=${jwt}` },
  {
    name: 'Authorization: Bearer',
    rule: 'authorization',
    secret: filler(32, 7),
    text: `Authorization: Bearer ${filler(32, 7)}`,
  },
  {
    name: 'Authorization: Basic',
    rule: 'authorization',
    secret: Buffer.from('joe:pa55word!').toString('base64'),
    text: `-H "Authorization: Basic ${Buffer.from('joe:pa55word!').toString('base64')}"`,
  },
  { name: 'Cookie', rule: 'cookie', secret: filler(32, 8), text: `Cookie: theme=dark; sessionid=${filler(32, 8)}` },
  { name: 'exported password', rule: 'password', secret: 'hunter2', text: 'export DB_PASSWORD=hunter2' },
  {
    name: 'password in JSON',
    rule: 'password',
    secret: 'tr0ub4dor&3',
    text: '{"password":"tr0ub4dor&3","next":"kept"}',
  },
  {
    name: 'password in escaped JSON',
    rule: 'password',
    secret: 'tr0ub4dor',
    text: '{\\"password\\":\\"tr0ub4dor\\",\\"next\\":\\"kept\\"}',
  },
  { name: 'api key in code', rule: 'key', secret: filler(32, 9), text: `api_key = "${filler(32, 9)}"` },
  { name: 'token as an option', rule: 'token', secret: filler(32, 10), text: `deploy --token ${filler(32, 10)} --now` },
  { name: '.npmrc', rule: 'npm', secret: filler(36, 11), text: `//registry.example.org/:_authToken=${filler(36, 11)}` },
  token('Anthropic', 'anthropic', join('sk-', 'ant-api03-', filler(93, 12), 'AA')),
  token('OpenAI', 'openai', join('sk-', 'proj-', filler(74, 13), 'T3Blbk', 'FJ', filler(74, 14))),
  token('Google', 'google', join('AI', 'za', filler(35, 15))),
  token('Stripe', 'stripe', join('sk_', 'live_', filler(24, 16))),
  token('Supabase', 'supabase', join('sb_', 'secret_', filler(31, 17))),
  token('Supabase management', 'supabase', join('sb', 'p_', hex(40, 3))),
  token('npm', 'npm', join('np', 'm_', filler(36, 18))),
  token('PyPI', 'pypi', join('py', 'pi-Ag', filler(80, 19))),
  token('Docker', 'docker', join('dckr_', 'pat_', filler(27, 20))),
  token('Hugging Face', 'huggingface', join('h', 'f_', filler(34, 21).replace(/\d/g, 'x'))),
  token('GitLab', 'gitlab', join('gl', 'pat-', filler(20, 22))),
  token('Slack', 'slack', join('xo', 'xb-', '123456789012-', filler(24, 23))),
  token('SendGrid', 'sendgrid', join('S', 'G.', filler(22, 24), '.', filler(43, 25))),
  token('Groq', 'groq', join('gs', 'k_', filler(52, 26))),
  token('Linear', 'linear', join('lin_', 'api_', filler(40, 27))),
  token('Databricks', 'databricks', join('da', 'pi', hex(32, 5))),
  token('Vault', 'vault', join('hv', 's.', filler(95, 28))),
  token('DigitalOcean', 'digitalocean', join('dop', '_v1_', hex(64, 7))),
  token('Mailgun', 'mailgun', join('ke', 'y-', hex(32, 9))),
  token('age', 'age', join('AGE-', 'SECRET-KEY-1', upper(58, 29))),
];
