import { serveTokenReviews, type TokenReviews } from '../token-reviews.ts';
import type { Tokens } from './tokens.ts';

export interface TokenReviewer extends TokenReviews {
  /** Number of tokens that were accepted and rejected. */
  accepted: number;
  rejected: number;
}

/** Starts a server that reviews tokens as GKE does: each is an access token of Google. */
export async function startTokenReviewer(tokens: () => Tokens): Promise<TokenReviewer> {
  const counts = { accepted: 0, rejected: 0 };
  const reviews = await serveTokenReviews('ada@shop-1.iam.gserviceaccount.com', (token) => {
    const isValid = tokens().isValid(`Bearer ${token}`);
    counts[isValid ? 'accepted' : 'rejected']++;
    return isValid;
  });
  return Object.assign(counts, reviews);
}
