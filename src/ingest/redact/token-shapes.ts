/** Keys and tokens that are known by their shape: one row for each kind. */
/** Shapes have a fixed beginning and a long random rest, so they can be looked for in every view of a text. */

export interface TokenShape {
  readonly rule: string;
  /** Fixed text that every match holds: what the fast look over all text searches for. A regular expression's source. */
  readonly hint: string;
  /** Bounded; the value is the whole match. No right boundary: letters glued to the end go with it. */
  readonly shape: string;
}

/** Left boundary for short beginnings that also end ordinary words (`task-`, `disk-`). `\n` before a letter is an escape. */
const LEFT = '(?:(?<=\\\\[nrt])|(?<![A-Za-z0-9_-]))';

export const tokenShapes: readonly TokenShape[] = [
  { rule: 'github', hint: 'gh[pousr]_', shape: 'gh[pousr]_[A-Za-z0-9]{30,255}' },
  { rule: 'github', hint: 'github_pat_', shape: 'github_pat_[A-Za-z0-9_]{50,255}' },
  { rule: 'gitlab', hint: 'glpat-', shape: 'gl(?:pat|dt|rt|ft|soat|cbt|ptt|imt|agent)-[A-Za-z0-9_-]{20,128}' },
  {
    rule: 'gitlab',
    hint: 'gl(?:dt|rt|ft|soat|cbt|ptt|imt|agent)-',
    shape: `${LEFT}gl(?:dt|rt|ft|soat|cbt|ptt|imt|agent)-[A-Za-z0-9_-]{20,128}`,
  },
  {
    rule: 'aws',
    hint: 'A(?:KIA|SIA|BIA|CCA)',
    shape: '(?<![A-Za-z0-9+/])A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9+/=])',
  },
  { rule: 'anthropic', hint: 'sk-ant-', shape: 'sk-ant-[a-z0-9]{2,10}-[A-Za-z0-9_-]{20,255}' },
  { rule: 'openai', hint: 'T3BlbkFJ', shape: 'sk-[A-Za-z0-9_-]{16,120}T3BlbkFJ[A-Za-z0-9_-]{16,120}' },
  {
    rule: 'openai',
    hint: 'sk-(?:proj|svcacct|admin)-',
    shape: `${LEFT}sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{32,255}`,
  },
  { rule: 'openrouter', hint: 'sk-or-', shape: `${LEFT}sk-or-(?:v\\d-)?[A-Za-z0-9]{32,128}` },
  { rule: 'api-key', hint: 'sk-[A-Za-z0-9]{20}', shape: `${LEFT}sk-[A-Za-z0-9]{20,128}` },
  { rule: 'google', hint: 'AIza', shape: 'AIza[A-Za-z0-9_-]{35,64}' },
  { rule: 'google', hint: 'GOCSPX-', shape: 'GOCSPX-[A-Za-z0-9_-]{24,64}' },
  { rule: 'google', hint: 'ya29\\.', shape: 'ya29\\.[A-Za-z0-9_-]{20,2048}' },
  { rule: 'stripe', hint: '[rs]k_live_', shape: '[rs]k_live_[A-Za-z0-9]{16,255}' },
  { rule: 'stripe', hint: 'whsec_', shape: 'whsec_[A-Za-z0-9+/=]{24,128}' },
  { rule: 'supabase', hint: 'sbp_|sb_secret_', shape: '(?:sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,128})' },
  { rule: 'npm', hint: 'npm_', shape: 'npm_[A-Za-z0-9]{36,128}' },
  { rule: 'pypi', hint: 'pypi-Ag', shape: 'pypi-Ag[A-Za-z0-9_-]{40,512}' },
  { rule: 'docker', hint: 'dckr_[op]at_', shape: 'dckr_[op]at_[A-Za-z0-9_-]{24,64}' },
  { rule: 'huggingface', hint: 'hf_', shape: '(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,64}' },
  { rule: 'slack', hint: 'xox[abeoprs]-', shape: 'xox[abeoprs](?:\\.xox[bp])?-[A-Za-z0-9-]{10,255}' },
  { rule: 'slack', hint: 'xapp-', shape: `${LEFT}xapp-[A-Za-z0-9-]{20,255}` },
  {
    rule: 'slack',
    hint: 'hooks\\.slack\\.com',
    shape: '(?<=hooks\\.slack\\.com\\/(?:services|workflows)\\/)[A-Za-z0-9/_-]{20,128}',
  },
  {
    rule: 'discord',
    hint: 'discord(?:app)?\\.com\\/api\\/webhooks',
    shape: '(?<=\\/api\\/webhooks\\/\\d{17,20}\\/)[A-Za-z0-9_-]{60,80}',
  },
  { rule: 'telegram', hint: ':AA[A-Za-z0-9_-]{33}', shape: '(?<!\\d)\\d{8,10}:AA[A-Za-z0-9_-]{33}' },
  { rule: 'sendgrid', hint: 'SG\\.', shape: 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{30,64}' },
  { rule: 'shopify', hint: 'shp(?:pa|ca|at|ss|tka)_', shape: 'shp(?:pa|ca|at|ss|tka)_[A-Za-z0-9]{32,64}' },
  { rule: 'digitalocean', hint: 'do[opr]_v1_', shape: 'do[opr]_v1_[a-f0-9]{64}' },
  { rule: 'heroku', hint: 'HRKU-', shape: 'HRKU-[A-Za-z0-9_-]{36,80}' },
  { rule: 'netlify', hint: 'nf[pcou]_', shape: '(?<![A-Za-z0-9])nf[pcou]_[A-Za-z0-9]{36,64}' },
  { rule: 'vercel', hint: 'vc[piark]_', shape: '(?<![A-Za-z0-9])vc[piark]_[A-Za-z0-9]{20,60}' },
  {
    rule: 'fly',
    hint: 'fm2_|fo1_',
    shape: '(?:fm2_[A-Za-z0-9+/=_-]{60,2048}|(?<![A-Za-z0-9])fo1_[A-Za-z0-9_-]{40,64})',
  },
  { rule: 'groq', hint: 'gsk_', shape: 'gsk_[A-Za-z0-9]{48,64}' },
  { rule: 'xai', hint: 'xai-', shape: `${LEFT}xai-[A-Za-z0-9]{60,100}` },
  { rule: 'perplexity', hint: 'pplx-', shape: 'pplx-[A-Za-z0-9]{40,64}' },
  { rule: 'replicate', hint: 'r8_', shape: '(?<![A-Za-z0-9])r8_[A-Za-z0-9]{37,40}' },
  { rule: 'linear', hint: 'lin_(?:api|oauth)_', shape: 'lin_(?:api|oauth)_[A-Za-z0-9]{32,128}' },
  { rule: 'notion', hint: 'ntn_', shape: '(?<![A-Za-z0-9])ntn_[A-Za-z0-9]{40,60}' },
  { rule: 'figma', hint: 'figd_', shape: 'figd_[A-Za-z0-9_-]{38,200}' },
  {
    rule: 'atlassian',
    hint: 'ATATT3|ATCTT3|ATBB',
    shape: '(?:AT[AC]TT3[A-Za-z0-9_=-]{40,300}|(?<![A-Za-z0-9+/])ATBB[A-Za-z0-9]{32}(?![A-Za-z0-9+/=]))',
  },
  { rule: 'postman', hint: 'PMAK-', shape: 'PMAK-[a-f0-9]{24}-[a-f0-9]{34}' },
  { rule: 'databricks', hint: 'dapi[a-f0-9]', shape: '(?<![A-Za-z0-9])dapi[a-f0-9]{32}(?:-\\d)?' },
  { rule: 'vault', hint: 'hv[sbr]\\.', shape: '(?<![A-Za-z0-9])hv[sbr]\\.[A-Za-z0-9_-]{24,300}' },
  { rule: 'terraform', hint: '\\.atlasv1\\.', shape: '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}' },
  {
    rule: 'grafana',
    hint: 'gl(?:sa|c)_',
    shape: '(?:glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|(?<![A-Za-z0-9])glc_[A-Za-z0-9+/]{32,400}={0,2})',
  },
  { rule: 'newrelic', hint: 'NRAK-', shape: 'NRAK-[A-Z0-9]{27}' },
  { rule: 'sentry', hint: 'sntry[su]_', shape: 'sntry[su]_[A-Za-z0-9+/=_-]{40,512}' },
  { rule: 'rubygems', hint: 'rubygems_', shape: 'rubygems_[a-f0-9]{48}' },
  { rule: 'tailscale', hint: 'tskey-', shape: 'tskey-(?:[a-z]{2,10}-)?[A-Za-z0-9-]{16,80}' },
  { rule: 'pulumi', hint: 'pul-[a-f0-9]', shape: '(?<![A-Za-z0-9])pul-[a-f0-9]{40}' },
  {
    rule: 'doppler',
    hint: 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.',
    shape: '(?<![A-Za-z0-9])dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9._-]{40,80}',
  },
  { rule: 'planetscale', hint: 'pscale_', shape: 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,64}' },
  { rule: 'brevo', hint: 'xkeysib-', shape: 'xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}' },
  { rule: 'mailgun', hint: 'key-[a-f0-9]{32}', shape: `${LEFT}key-[a-f0-9]{32}(?![a-f0-9])` },
  { rule: 'square', hint: 'sq0(?:atp|csp)-', shape: 'sq0(?:atp|csp)-[A-Za-z0-9_-]{22,64}' },
  { rule: '1password', hint: 'ops_ey', shape: 'ops_ey[A-Za-z0-9+/=_-]{100,1400}' },
  { rule: 'age', hint: 'AGE-SECRET-KEY-1', shape: 'AGE-SECRET-KEY-1[A-Z0-9]{58}' },
  {
    rule: 'azure',
    hint: 'AccountKey=|SharedAccessKey=',
    shape: '(?<=(?:Account|SharedAccess)Key=)[A-Za-z0-9+/]{40,100}={0,2}',
  },
];
