/** Date of the list prices. */
export const PRICES_OF = '2026-11-30';

/**
 * List prices of resources that a deploy creates. Resources without a price cost nothing by
 * themselves.
 */
export const PRICES = {
  /** $0.10 an hour, before the free tier of a billing account. @see https://cloud.google.com/kubernetes-engine/pricing */
  cluster: '$73 a month, and the resources that its pods request',
  repository: 'by use: storage and traffic',
} as const;
