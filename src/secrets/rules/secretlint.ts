/** secretlint's recommended rules, run in this process on one text. */
/** The one file that imports it. It is loaded on first use, because most runs over clean text never need it. */

import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import perfHooks from 'node:perf_hooks';
import { SecretScannerError } from '../errors.ts';

/** A range that a rule of secretlint reported. The range can be wrong (AWS keys): treat it as a hint, then scan again. */
export interface LintHit {
  /** `github`, `slack`: the rule's package without its prefix. */
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  /** Left in place and counted: an AWS account id is a name, not a key. */
  readonly doubtful: boolean;
}

export type Lint = (text: string) => Promise<readonly LintHit[]>;

/** Every text that one of secretlint's patterns matches holds one of these. A test compares with a run without it. */
export const LINT_HINT =
  /AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA|A3T[A-Z0-9]|(?:SECRET|secret|Secret)_?(?:ACCESS|access|Access)|(?:ACCOUNT|account|Account)_?(?:ID|id|Id)?["']?\s*[:=]|PRIVATE KEY|private_key|x-oauth-basic|_authToken=|npm_|xox[bpaor]-|xapp-|hooks\.slack\.com|:\/\/[^\s:/@]{1,256}:[^\s/@]{1,256}@|T3BlbkFJ|sk-ant-api|gsk_|hf_|lin_api_|ntn_|SG\.|shp(?:pa|ca|at|ss)_|gh[pousr]_|github_pat_|glpat-|glc_|glsa_|ops_ey|hv[sbr]\.|vc[piark]_|dapi|dckr_pat_|figd_/;

/** Loads the scanner once and returns the function that runs it. Rejects with SecretScannerError when it cannot. */
export function loadLint(): Promise<Lint> {
  loading ??= load();
  return loading;
}

/** Which rules these are: name and version of the package, told without loading it. */
export function lintVersion(): string {
  const file = findPackageJSON('@secretlint/secretlint-rule-preset-recommend', import.meta.url);
  const manifest: unknown = file === undefined ? undefined : JSON.parse(readFileSync(file, 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return `secretlint ${String(version)}`;
}

let loading: Promise<Lint> | undefined;

const COMMENT_FILTER = 'filter-comments';
const PREFIX = '@secretlint/secretlint-rule-';
const AWS = `${PREFIX}aws`;

async function load(): Promise<Lint> {
  try {
    const [{ lintSource }, { rules }] = await withoutObserver(() =>
      Promise.all([import('@secretlint/core'), import('@secretlint/secretlint-rule-preset-recommend')]),
    );
    // The comment filter would let a transcript switch the scanner off.
    const chosen = rules
      .filter((rule) => !rule.meta.id.endsWith(COMMENT_FILTER))
      .map((rule) => ({
        id: rule.meta.id,
        rule,
        options: rule.meta.id === AWS ? { enableIDScanRule: true } : {},
      }));
    const options = { config: { rules: chosen }, maskSecrets: true, noPhysicFilePath: true } as const;
    return async (text) => {
      try {
        const source = { content: text, filePath: 'text', ext: '', contentType: 'text' } as const;
        const { messages } = await lintSource({ source, options });
        // Its profiler leaves marks behind on every run, for as long as the process lives.
        performance.clearMarks();
        return messages.map((message) => ({
          rule: message.ruleId.slice(PREFIX.length),
          start: message.range[0],
          end: message.range[1],
          doubtful: message.messageId === 'AWSAccountID',
        }));
      } catch (cause) {
        throw new SecretScannerError('scan', maskedCause(cause));
      }
    };
  } catch (cause) {
    throw new SecretScannerError('load', cause);
  }
}

/**
 * Its profiler, made when it is loaded, would watch the marks and, once they are cleared, throw where nobody can catch it. It
 * does without an observer where there is none.
 */
async function withoutObserver<T>(work: () => Promise<T>): Promise<T> {
  const observer = perfHooks.PerformanceObserver;
  Object.assign(perfHooks, { PerformanceObserver: undefined });
  try {
    return await work();
  } finally {
    Object.assign(perfHooks, { PerformanceObserver: observer });
  }
}

/** An error of the scanner could quote the text it was given. */
function maskedCause(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown';
}
