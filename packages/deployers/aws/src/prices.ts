/** Date of the list prices of us-east-1. */
export const PRICES_OF = '2026-11-29';

/**
 * List prices of resources that a deploy creates. Resources without a price cost nothing by
 * themselves.
 */
export const PRICES = {
  /** $0.10 an hour. @see https://aws.amazon.com/eks/pricing/ */
  cluster: '$73 a month, and the nodes with about 12 % on their price',
  repository: 'by use: storage',
  bucket: 'by use: storage and requests',
  distribution: 'by use: requests and traffic',
} as const;
