/** Creates a function that replaces secrets in text with `[redacted]`. */
export function createRedactor(secrets: string[]): (text: string) => string {
  if (secrets.length === 0) return (text) => text;
  // JSON contains the value in its escaped form.
  const forms = [
    ...new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])),
  ];
  const pattern = new RegExp(
    forms.map((form) => form.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'),
    'g',
  );
  return (text) => text.replace(pattern, '[redacted]');
}
