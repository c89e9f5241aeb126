/** Headers that a call must not set: they frame the request, or belong to the connection. */
export const OWN_HEADERS: RegExp =
  /^(host|connection|content-length|transfer-encoding|expect|upgrade|keep-alive|te|trailer)$/i;
/** `${NAME}` in the value of a header. */
const VARIABLE = /\$\{([A-Za-z_]\w*)\}/g;

/** Returns the names of the environment variables that the values use. */
export function variablesOf(values: Readonly<Record<string, string>>): string[] {
  const names = Object.values(values).flatMap((value) =>
    [...value.matchAll(VARIABLE)].map(([, name]) => name!),
  );
  return [...new Set(names)];
}

/**
 * Replaces `${NAME}` by the values of environment variables. Declarations, locks and logs have the
 * names alone.
 *
 * @throws {Error} when a variable has no value, or one that no header can have
 */
export function fillVariables(
  values: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const entries = Object.entries(values).map(([header, text]) => {
    const value = text.replaceAll(VARIABLE, (_whole, name: string) => {
      const found = env[name];
      if (!found) throw new Error(`the variable ${name} of its header ${header} has no value.`);
      // The value itself must not get into a log.
      if (/[^\t\u0020-\u007E\u0080-\u00FF]/.test(found))
        throw new Error(`the variable ${name} has characters that no header can have.`);
      return found;
    });
    return [header, value] as const;
  });
  return Object.fromEntries(entries);
}
