const SECRET =
  /pass(?:word|wd|phrase)?$|secret|token|api[-_]?key|private[-_]?key|authorization|credential|cookie|session[-_]?id|otp$/i;

/** Whether a key or a name looks like that of a secret. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}
