/** The shape of JSON objects as tables: which members there are and what each must be. */
/** By hand and not by a schema library: every item that is shown passes here, and `model` imports nothing from outside. */

import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { isHash } from './ids.ts';

/** What a value must be, and the words for it. */
export interface Kind {
  readonly says: string;
  readonly fits: (value: JsonValue) => boolean;
}

export interface Member extends Kind {
  readonly name: string;
  readonly optional: boolean;
}

/** Members that are not named here are allowed, whatever they hold. */
export type Shape = readonly Member[];

export const text: Kind = { says: 'a text', fits: (value) => typeof value === 'string' };
export const word: Kind = {
  says: 'a text that is not empty',
  fits: (value) => typeof value === 'string' && value !== '',
};
export const hash: Kind = {
  says: 'a hash of 64 lowercase hexadecimal digits',
  fits: (value) => typeof value === 'string' && isHash(value),
};
export const count: Kind = {
  says: 'a whole number from 0 to 2^53 - 1',
  fits: (value) => isWhole(value) && Number(value) >= 0,
};
export const whole: Kind = { says: 'a whole number below 2^53', fits: isWhole };
export const json: Kind = { says: 'given', fits: () => true };
export const object: Kind = { says: 'an object', fits: isJsonObject };
/** ISO 8601 with day and zone. */
export const time: Kind = {
  says: 'a time in ISO 8601',
  fits: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)),
};

export function oneOf(names: readonly string[]): Kind {
  return { says: `one of ${names.join(', ')}`, fits: (value) => typeof value === 'string' && names.includes(value) };
}

export function listOf(kind: Kind): Kind {
  return {
    says: `a list, each ${kind.says}`,
    fits: (value) => Array.isArray(value) && value.every((each) => kind.fits(each)),
  };
}

export function mapOf(kind: Kind): Kind {
  return {
    says: `an object, each member ${kind.says}`,
    fits: (value) => isJsonObject(value) && Object.values(value).every((each) => kind.fits(each)),
  };
}

export function required(name: string, kind: Kind): Member {
  return { name, optional: false, ...kind };
}

export function optional(name: string, kind: Kind): Member {
  return { name, optional: true, ...kind };
}

/** The first member that is not as it must be, in words; `at` stands before its name. Undefined: all are. */
export function findMisfit(value: JsonObject, shape: Shape, at = ''): string | undefined {
  for (const member of shape) {
    const given = value[member.name];
    if (given === undefined) {
      if (!member.optional) return `${at}${member.name} is missing`;
    } else if (!member.fits(given)) return `${at}${member.name} must be ${member.says}`;
  }
  return undefined;
}

function isWhole(value: JsonValue): boolean {
  return Number.isSafeInteger(value);
}
