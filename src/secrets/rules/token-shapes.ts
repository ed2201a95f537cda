/** Keys and tokens that are known by their shape: one row for each kind. */
/** Shapes have a fixed beginning and a long random rest, so they can be looked for in every view of a text. */

import { LEFT, type TokenShape } from '../tokens/token-shape.ts';
import { vendorTokens } from '../tokens/vendor-tokens.ts';
import { gitleaksShapes } from './gitleaks.ts';

/** The rows that we keep ourselves. */
export const ownTokens: readonly TokenShape[] = [
  { rule: 'github', literals: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], shape: 'gh[pousr]_[A-Za-z0-9]{30,255}' },
  { rule: 'github', literals: ['github_pat_'], shape: 'github_pat_[A-Za-z0-9_]{50,255}' },
  { rule: 'gitlab', literals: ['glpat-'], shape: 'glpat-[A-Za-z0-9_-]{20,300}(?:\\.[0-9a-z]{2}\\.?[0-9a-z]{7,9})?' },
  {
    rule: 'gitlab',
    literals: ['gldt-', 'glrt-', 'glft-', 'glsoat-', 'glcbt-', 'glptt-', 'glimt-', 'glagent-'],
    shape: `${LEFT}gl(?:dt|rt|ft|soat|cbt|ptt|imt|agent)-[A-Za-z0-9_-]{20,300}(?:\\.[0-9a-z]{2}\\.?[0-9a-z]{7,9})?`,
  },
  {
    rule: 'aws',
    literals: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    follow: /^[A-Z0-9]{16}/,
    shape: '(?<![A-Za-z0-9+/])A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9+/=])',
  },
  { rule: 'anthropic', literals: ['sk-ant-'], shape: 'sk-ant-[a-z0-9]{2,10}-[A-Za-z0-9_-]{20,255}' },
  { rule: 'openai', literals: ['T3BlbkFJ'], shape: 'sk-[A-Za-z0-9_-]{16,120}T3BlbkFJ[A-Za-z0-9_-]{16,120}' },
  {
    rule: 'openai',
    literals: ['sk-proj-', 'sk-svcacct-', 'sk-admin-'],
    shape: `${LEFT}sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{32,255}`,
  },
  {
    rule: 'openrouter',
    literals: ['sk-or-'],
    follow: /^[A-Za-z0-9-]{32}/,
    shape: `${LEFT}sk-or-(?:v\\d-)?[A-Za-z0-9]{32,128}`,
  },
  { rule: 'api-key', literals: ['sk-'], follow: /^[A-Za-z0-9]{20}/, shape: `${LEFT}sk-[A-Za-z0-9]{20,128}` },
  { rule: 'google', literals: ['AIza'], follow: /^[A-Za-z0-9_-]{35}/, shape: 'AIza[A-Za-z0-9_-]{35,64}' },
  { rule: 'google', literals: ['GOCSPX-'], shape: 'GOCSPX-[A-Za-z0-9_-]{24,64}' },
  { rule: 'google', literals: ['ya29.'], shape: 'ya29\\.[A-Za-z0-9_-]{20,2048}' },
  { rule: 'stripe', literals: ['sk_live_', 'rk_live_'], shape: '[rs]k_live_[A-Za-z0-9]{10,255}' },
  { rule: 'stripe', literals: ['whsec_'], shape: 'whsec_[A-Za-z0-9+/=]{24,128}' },
  { rule: 'supabase', literals: ['sbp_', 'sb_secret_'], shape: '(?:sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,128})' },
  { rule: 'npm', literals: ['npm_'], follow: /^[A-Za-z0-9_]{36}/, shape: 'npm_[A-Za-z0-9]{36,128}' },
  { rule: 'pypi', literals: ['pypi-Ag'], shape: 'pypi-Ag[A-Za-z0-9_-]{40,512}' },
  { rule: 'docker', literals: ['dckr_pat_', 'dckr_oat_'], shape: 'dckr_[op]at_[A-Za-z0-9_-]{24,64}' },
  {
    rule: 'huggingface',
    literals: ['hf_'],
    follow: /^[A-Za-z0-9]{30}/,
    shape: '(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,64}',
  },
  {
    rule: 'slack',
    literals: ['xoxa-', 'xoxb-', 'xoxe-', 'xoxe.', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'],
    shape: 'xox[abeoprs](?:\\.xox[bp])?-[A-Za-z0-9-]{10,255}',
  },
  { rule: 'slack', literals: ['xapp-'], shape: `${LEFT}xapp-[A-Za-z0-9-]{20,255}` },
  {
    rule: 'slack',
    literals: ['hooks.slack.com'],
    shape: '(?<=hooks\\.slack\\.com\\/(?:services|workflows)\\/)[A-Za-z0-9/_-]{20,128}',
  },
  {
    rule: 'discord',
    literals: ['/api/webhooks/'],
    follow: /^\d{17}/,
    shape: '(?<=\\/api\\/webhooks\\/\\d{17,20}\\/)[A-Za-z0-9_-]{60,80}',
  },
  { rule: 'telegram', literals: [':AA'], follow: /^[A-Za-z0-9_-]{33}/, shape: '(?<!\\d)\\d{8,10}:AA[A-Za-z0-9_-]{33}' },
  {
    rule: 'sendgrid',
    literals: ['SG.'],
    follow: /^[A-Za-z0-9_-]/,
    shape: 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{30,64}',
  },
  {
    rule: 'shopify',
    literals: ['shppa_', 'shpca_', 'shpat_', 'shpss_', 'shptka_'],
    shape: 'shp(?:pa|ca|at|ss|tka)_[A-Za-z0-9]{32,64}',
  },
  { rule: 'digitalocean', literals: ['doo_v1_', 'dop_v1_', 'dor_v1_'], shape: 'do[opr]_v1_[a-f0-9]{64}' },
  { rule: 'heroku', literals: ['HRKU-'], shape: 'HRKU-[A-Za-z0-9_-]{36,80}' },
  {
    rule: 'netlify',
    literals: ['nfp_', 'nfc_', 'nfo_', 'nfu_'],
    follow: /^[A-Za-z0-9]{36}/,
    shape: '(?<![A-Za-z0-9])nf[pcou]_[A-Za-z0-9]{36,64}',
  },
  {
    rule: 'vercel',
    literals: ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'],
    follow: /^[A-Za-z0-9]{20}/,
    shape: '(?<![A-Za-z0-9])vc[piark]_[A-Za-z0-9]{20,60}',
  },
  {
    rule: 'fly',
    literals: ['fm2_', 'fo1_'],
    shape: '(?:fm2_[A-Za-z0-9+/=_-]{60,2048}|(?<![A-Za-z0-9])fo1_[A-Za-z0-9_-]{40,64})',
  },
  { rule: 'groq', literals: ['gsk_'], follow: /^[A-Za-z0-9]{48}/, shape: 'gsk_[A-Za-z0-9]{48,64}' },
  { rule: 'xai', literals: ['xai-'], follow: /^[A-Za-z0-9]{60}/, shape: `${LEFT}xai-[A-Za-z0-9]{60,100}` },
  { rule: 'perplexity', literals: ['pplx-'], shape: 'pplx-[A-Za-z0-9]{40,64}' },
  { rule: 'replicate', literals: ['r8_'], follow: /^[A-Za-z0-9]{37}/, shape: '(?<![A-Za-z0-9])r8_[A-Za-z0-9]{37,40}' },
  { rule: 'linear', literals: ['lin_api_', 'lin_oauth_'], shape: 'lin_(?:api|oauth)_[A-Za-z0-9]{32,128}' },
  { rule: 'notion', literals: ['ntn_'], follow: /^[A-Za-z0-9]{40}/, shape: '(?<![A-Za-z0-9])ntn_[A-Za-z0-9]{40,60}' },
  { rule: 'figma', literals: ['figd_'], shape: 'figd_[A-Za-z0-9_-]{38,200}' },
  {
    rule: 'atlassian',
    literals: ['ATATT3', 'ATCTT3', 'ATBB'],
    shape: '(?:AT[AC]TT3[A-Za-z0-9_=-]{40,300}|(?<![A-Za-z0-9+/])ATBB[A-Za-z0-9]{32}(?![A-Za-z0-9+/=]))',
  },
  { rule: 'postman', literals: ['PMAK-'], shape: 'PMAK-[a-f0-9]{24}-[a-f0-9]{34}' },
  {
    rule: 'databricks',
    literals: ['dapi'],
    follow: /^[A-Fa-f0-9]{32}/,
    shape: '(?<![A-Za-z0-9])dapi[a-f0-9]{32}(?:-\\d)?',
  },
  {
    rule: 'vault',
    literals: ['hvs.', 'hvb.', 'hvr.'],
    follow: /^[A-Za-z0-9_-]{24}/,
    shape: '(?<![A-Za-z0-9])hv[sbr]\\.[A-Za-z0-9_-]{24,300}',
  },
  { rule: 'terraform', literals: ['.atlasv1.'], shape: '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}' },
  {
    rule: 'grafana',
    literals: ['glsa_', 'glc_'],
    shape: '(?:glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|(?<![A-Za-z0-9])glc_[A-Za-z0-9+/]{32,400}={0,2})',
  },
  { rule: 'newrelic', literals: ['NRAK-'], shape: 'NRAK-[A-Z0-9]{27}' },
  { rule: 'sentry', literals: ['sntrys_', 'sntryu_'], shape: 'sntry[su]_[A-Za-z0-9+/=_-]{40,512}' },
  { rule: 'rubygems', literals: ['rubygems_'], follow: /^[a-f0-9]{48}/, shape: 'rubygems_[a-f0-9]{48}' },
  { rule: 'tailscale', literals: ['tskey-'], shape: 'tskey-(?:[a-z]{2,10}-)?[A-Za-z0-9-]{16,80}' },
  { rule: 'pulumi', literals: ['pul-'], follow: /^[a-f0-9]{40}/, shape: '(?<![A-Za-z0-9])pul-[a-f0-9]{40}' },
  {
    rule: 'doppler',
    literals: ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.', 'dp.scim.', 'dp.audit.'],
    shape: '(?<![A-Za-z0-9])dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9._-]{40,80}',
  },
  { rule: 'planetscale', literals: ['pscale_'], shape: 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,64}' },
  { rule: 'brevo', literals: ['xkeysib-'], shape: 'xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}' },
  {
    rule: 'mailgun',
    literals: ['key-'],
    follow: /^[a-f0-9]{32}/,
    shape: `${LEFT}key-[a-f0-9]{32}(?:-[a-f0-9]{8}){0,2}(?![a-f0-9])`,
  },
  { rule: 'square', literals: ['sq0atp-', 'sq0csp-'], shape: 'sq0(?:atp|csp)-[A-Za-z0-9_-]{22,64}' },
  { rule: '1password', literals: ['ops_ey'], shape: 'ops_ey[A-Za-z0-9+/=_-]{100,1400}' },
  { rule: 'age', literals: ['AGE-SECRET-KEY-1'], shape: 'AGE-SECRET-KEY-1[A-Z0-9]{58}' },
  {
    rule: 'azure',
    literals: ['AccountKey=', 'SharedAccessKey='],
    shape: '(?<=(?:Account|SharedAccess)Key=)[A-Za-z0-9+/]{40,100}={0,2}',
  },
  ...vendorTokens,
];

export const tokenShapes: readonly TokenShape[] = [...ownTokens, ...gitleaksShapes];
