/** The room's door: takes secrets and personal data out before hashing, and looks once more before anything goes out. */
/** Nobody enters by another file, so that what finds secrets can change without anybody else. */

export { type PublishFinding, scanForPublishing } from './gate.ts';
export {
  type Counts,
  createRedactor,
  type Redacted,
  type RedactOptions,
  type Redactor,
  type StoredFinding,
} from './redactor.ts';
export { ruleSetVersion } from './rule-set.ts';
export { hidesMore, isSameButForMarks } from './same-words.ts';
