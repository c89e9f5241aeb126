/**
 * Moves the name and the password of a URL into a header: `fetch` rejects a URL with credentials,
 * and its error would repeat them.
 */
export function splitCredentials(text: string): { url: URL; headers: Record<string, string> } {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url, headers: {} };
  const pair = `${decode(username)}:${decode(password)}`;
  return { url, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** Decodes percent-escapes. Returns a text with an invalid escape unchanged. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
