/** Headers of every response of the panel. */
const PANEL_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Headers of the read API. */
export const API_HEADERS: Record<string, string> = {
  ...PANEL_HEADERS,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/**
 * Policy of the page, which loads its own files only. `vue` is the Trusted Types policy that Vue creates.
 */
const PAGE_POLICY: readonly string[] = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types vue',
];

/**
 * Returns the headers of the page.
 *
 * @param ancestors pages that may contain the page in a frame: none, or those of its own origin
 */
export const pageHeaders = (ancestors: FrameAncestors): Record<string, string> => ({
  ...PANEL_HEADERS,
  'cache-control': 'no-cache',
  'content-security-policy': [...PAGE_POLICY, `frame-ancestors '${ancestors}'`].join('; '),
});

export type FrameAncestors = 'none' | 'self';

/** Headers of files whose name has a hash of their content. */
export const ASSET_HEADERS: Record<string, string> = {
  ...PANEL_HEADERS,
  'cache-control': 'public, max-age=31536000, immutable',
};
