/** Colours for code in a known language, as spans with short classes from a fixed table. */
/** Languages are loaded one by one when first met: all of them together would cost every build 100 ms. */

import { createRequire } from 'node:module';
import type { HLJSApi, LanguageFn } from 'highlight.js';
import { type SafeHtml, trustHtml } from '../../base/html.ts';
import type { Allowance } from './allowance.ts';
import { showHidden, visibleText } from './text/visible-text.ts';

/**
 * Above these, in characters, code stays plain. Grammars of highlight.js backtrack: hostile lines cost them the square or
 * the cube of their length, so the bounds are far below what a page could hold.
 */
const LONGEST_CODE = 32_000;
/** What the colours of one turn may cost together. */
export const MOST_COLOURED = 96_000;
const LONGEST_LINE = 240;
/** For grammars that also backtrack over line breaks. */
const LONGEST_SLOW_CODE = 8_000;
const SLOW: ReadonlySet<string> = new Set(['csharp', 'haskell', 'ini', 'nix', 'ruby', 'scala', 'yaml']);
/** For grammars that cost a line the square of its length: a line over this many characters costs more than they are. */
const FREE_LINE = 60;
const SQUARE: ReadonlySet<string> = new Set(['c', 'cpp', 'csharp', 'ini', 'java', 'nix']);
const BLANK_RUN = /(?:[ \t]*\n){40}|[ \t]{120}/;

/** Safe HTML of code; without a known language, or when it is too long, or too much was coloured before, plain. */
export function highlightCode(code: string, language: string | undefined, allowance: Allowance): SafeHtml {
  const known = language === undefined ? undefined : findLanguage(language);
  if (known === undefined || isTooCostly(code, known)) return visibleText(code);
  const cost = costOf(code, known);
  if (cost > LONGEST_CODE || cost > allowance.colour) return visibleText(code);
  allowance.colour -= cost;
  const { value } = load(known).highlight(dropControls(code), { language: known, ignoreIllegals: true });
  return showHidden(trustHtml(renameSpans(value)));
}

/** The name of a language that we colour, from the info string of a fence or a file's extension. */
export function findLanguage(name: string): string | undefined {
  return LANGUAGES.get(name.toLowerCase());
}

/** The language of a file, from its extension. */
export function languageOfPath(path: string): string | undefined {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  if (file === 'makefile' || file === 'dockerfile') return file;
  return file.includes('.') ? findLanguage(file.slice(file.lastIndexOf('.') + 1)) : undefined;
}

function isTooCostly(code: string, language: string): boolean {
  const longest = SLOW.has(language) ? LONGEST_SLOW_CODE : LONGEST_CODE;
  return code.length > longest || hasLineOver(code, LONGEST_LINE) || BLANK_RUN.test(code);
}

function hasLineOver(code: string, limit: number): boolean {
  for (let from = 0; from < code.length; ) {
    const end = code.indexOf('\n', from);
    if ((end === -1 ? code.length : end) - from > limit) return true;
    if (end === -1) return false;
    from = end + 1;
  }
  return false;
}

/** Characters, or what as many short lines of them would be. */
function costOf(code: string, language: string): number {
  if (!SQUARE.has(language)) return code.length;
  let cost = 0;
  for (let from = 0; from < code.length; ) {
    const newline = code.indexOf('\n', from);
    const end = newline === -1 ? code.length : newline + 1;
    cost += (end - from) * Math.max(1, (end - from) / FREE_LINE);
    from = end;
  }
  return cost;
}

/** The same characters that escapeHtml drops. */
function dropControls(code: string): string {
  return code.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

/** highlight.js name, then its other names and file extensions. */
const TABLE = `
bash sh shell zsh console shellsession
c h
cpp c++ cc cxx hpp hh
csharp cs c#
css
diff patch
dockerfile docker
elixir ex exs
erlang erl
go golang
graphql gql
groovy gradle
haskell hs
ini toml cfg conf
java
javascript js jsx mjs cjs
json jsonc json5 jsonl ndjson
julia jl
kotlin kt kts
less
lua
makefile make mk
markdown md
nginx
nix
objectivec objc m mm
ocaml ml mli
perl pl pm
php
powershell ps1
protobuf proto
python py python3 pyi
r
ruby rb
rust rs
scala
scss sass
sql
swift
typescript ts tsx mts cts
xml html svg vue xhtml rss atom plist
yaml yml
`;

const LANGUAGES = new Map<string, string>(
  TABLE.trim()
    .split('\n')
    .flatMap((line) => {
      const names = line.split(' ');
      return names.map((name): [string, string] => [name, names[0] ?? name]);
    }),
);

/** First word of highlight.js' class to ours. What is not here gets no span. */
const CLASSES: Readonly<Record<string, string>> = {
  'hljs-keyword': 'k',
  'hljs-built_in': 'b',
  'hljs-type': 'y',
  'hljs-literal': 'n',
  'hljs-number': 'n',
  'hljs-string': 's',
  'hljs-regexp': 's',
  'hljs-char': 's',
  'hljs-comment': 'c',
  'hljs-quote': 'c',
  'hljs-doctag': 'c',
  'hljs-title': 'f',
  'hljs-section': 'f',
  'hljs-name': 'f',
  'hljs-selector-tag': 'f',
  'hljs-selector-id': 'f',
  'hljs-selector-class': 'f',
  'hljs-attr': 'a',
  'hljs-attribute': 'a',
  'hljs-property': 'a',
  'hljs-variable': 'v',
  'hljs-template-variable': 'v',
  'hljs-symbol': 'v',
  'hljs-bullet': 'v',
  'hljs-meta': 'm',
  'hljs-addition': 'add',
  'hljs-deletion': 'del',
  'hljs-emphasis': 'italic',
  'hljs-strong': 'bold',
};

/** highlight.js escapes the code and adds only spans: those with a class of ours stay, the others are nothing but weight. */
function renameSpans(html: string): string {
  const open: boolean[] = [];
  return html.replace(/<span class="([^" ]*)[^"]*">|<\/span>/g, (tag, name: string | undefined) => {
    if (name === undefined) return open.pop() === true ? tag : '';
    const ours = CLASSES[name];
    open.push(ours !== undefined);
    return ours === undefined ? '' : `<span class="${ours}">`;
  });
}

const require = createRequire(import.meta.url);
let core: HLJSApi | undefined;
const loaded = new Set<string>();

/** highlight.js with a language of TABLE, and what that language embeds. */
function load(language: string): HLJSApi {
  core ??= require('highlight.js/lib/core') as HLJSApi;
  for (const name of [language, ...(EMBEDDED[language] ?? [])]) {
    if (loaded.has(name)) continue;
    core.registerLanguage(name, require(`highlight.js/lib/languages/${name}`) as LanguageFn);
    loaded.add(name);
  }
  return core;
}

const WEB = ['xml', 'css', 'javascript', 'graphql'];

/** All that a language can embed, so that the output never depends on what was loaded before. */
const EMBEDDED: Readonly<Record<string, readonly string[]>> = {
  xml: WEB,
  javascript: WEB,
  typescript: WEB,
  markdown: WEB,
  nix: ['markdown', ...WEB],
  dockerfile: ['bash'],
  yaml: ['ruby'],
};
