/** Texts that must come through unchanged. Every reported false hit adds a row. */
/** Over-redaction destroys what people wrote; each row is a trap that redactors have fallen into. */

const join = (...pieces: readonly string[]) => pieces.join('');

export const mustStay: readonly string[] = [
  'commit 3f786850e387550fdab836ed7e6dc881de23001b',
  'blake3 af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262',
  'integrity sha512-Vf0mCg0x9kTJqWQe3Z0S7bqzB9x1mFJ2yYc1nq8h8r7m4sQq1Jw5',
  'task-abcdefghijklmnopqrstuvwx disk-abcdefghijklmnopqrstuvwx',
  'monkey-0123456789abcdef0123456789abcdef',
  'MAX_TOKEN=4096 max_tokens: 8192, "total_tokens": 12345',
  'TOKEN=$GITHUB_TOKEN',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a shell script
  'TOKEN=${GITHUB_TOKEN} PASSWORD="${DB_PASSWORD:-}"',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a workflow file
  'token: ${{ secrets.GITHUB_TOKEN }}',
  'api_key = process.env.API_KEY',
  'api_key = os.environ["API_KEY"]; token = get_token(user)',
  'const password = req.body.password; this.token = options.token',
  'password: string; secret: string; token?: string',
  'func (s *Store) Key(secret string) error { key := s.prefix + "/config" }',
  '"cache_key": "a8f5f167f44f4964e6c998dee827110c"',
  '"nextPageToken": "CAUQAA9x8Lk2mNq7Rt4"',
  'postgres://localhost/test',
  'postgres://postgres:postgres@localhost:5432/test',
  'mysql://root:root@127.0.0.1/app',
  'https://user:password@example.com/',
  'https://<token>@github.com/a/b and https://oauth2:$TOKEN@gitlab.com',
  'session 6ba7b810-9dad-11d1-80b4-00c04fd430c8 in ~/projects/turnpress/src/ingest/redact.ts',
  'toolu_01A09q90qw90lq917835lq9 req_011CRb8Z4mN2',
  join('AK', 'IAIOSFODNN7EXAMPLE'),
  join('aws_secret', '_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY', 'EXAMPLEKEY'),
  join('gh', 'p_', 'x'.repeat(36)),
  'Authorization: Bearer <token>, Authorization: Bearer $TOKEN, Authorization: Bearer ***',
  'the Bearer authentication scheme is described in RFC 6750',
  'Cookie: theme=dark',
  'PASSWORD=*** TOKEN=REDACTED SECRET=[redacted:secret:1]',
  'Password: (hidden). Enter your password: ',
  '"password": "Enter your password"',
  'a "-----BEGIN PRIVATE KEY-----" line starts the block',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq9xW4mZ7bT2vN8kL5pR3sD6fG1hJ0yQ me',
  'https://example.com/home/about, src/home/page.tsx, /api/Users/me',
  '/Users/Shared/x and /home/$USER/x and /Users/<name>/x',
  'git@github.com:acme/app.git, foo@2x.png, actions/checkout@v4',
  'base64 of a sentence: VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZw==',
  'monkey: banana, hotkey: "Ctrl+Shift+P1", keyboard = "qwerty123456789abc"',
];
