/** JSON indented by two spaces, as far as it is wanted. */
/** JSON.stringify would indent all of it first: at 500 levels a megabyte becomes more than a string can hold. */

import { isJsonObject, type JsonValue } from './json.ts';

export interface PrettyJson {
  /** At most `most` characters. */
  readonly text: string;
  /** Nothing was cut: the same text as JSON.stringify(value, null, 2). */
  readonly whole: boolean;
}

export function prettyJson(value: JsonValue, most: number): PrettyJson {
  const out: Out = { text: '', most };
  write(value, '\n', out);
  return out.text.length <= most ? { text: out.text, whole: true } : { text: out.text.slice(0, most), whole: false };
}

interface Out {
  text: string;
  readonly most: number;
}

/** `line`: a line break and the indentation of the value's own line. Ends soon after the text is too long. */
function write(value: JsonValue, line: string, out: Out): void {
  if (typeof value === 'string') out.text += JSON.stringify(value.slice(0, out.most + 1));
  else if (Array.isArray(value)) writeList(value, line, out);
  else if (isJsonObject(value)) writeObject(Object.entries(value), line, out);
  else out.text += JSON.stringify(value) ?? 'null';
}

function writeList(values: readonly JsonValue[], line: string, out: Out): void {
  let mark = '[';
  for (const value of values) {
    out.text += `${mark}${line}  `;
    write(value, `${line}  `, out);
    if (out.text.length > out.most) return;
    mark = ',';
  }
  out.text += mark === '[' ? '[]' : `${line}]`;
}

function writeObject(members: readonly [string, JsonValue][], line: string, out: Out): void {
  let mark = '{';
  for (const [name, value] of members) {
    out.text += `${mark}${line}  ${JSON.stringify(name.slice(0, out.most + 1))}: `;
    write(value, `${line}  `, out);
    if (out.text.length > out.most) return;
    mark = ',';
  }
  out.text += mark === '{' ? '{}' : `${line}}`;
}
