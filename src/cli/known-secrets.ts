/** Secret values of this machine, to be recognised wherever an agent printed them. */
/** Compared in memory, never stored: the environment only, and there only what calls itself a secret. */

/** Values of 12 characters and more whose variable is named like a secret. */
export function knownSecrets(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const values = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= 12 && SECRET_NAME.test(name) && !/^[/.~]|^(true|false|\d+)$/.test(value)
      ? [value]
      : [],
  );
  return [...new Set(values)].sort();
}

/** What the person at this machine is called on it. */
export function knownNames(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return [...new Set([env.USER, env.LOGNAME, env.USERNAME].flatMap((name) => (name === undefined ? [] : [name])))];
}

const SECRET_NAME = /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)($|_)/i;
