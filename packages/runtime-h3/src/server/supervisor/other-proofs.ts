import type { Logger } from '../../types/context.ts';
import type { WantedRelease } from '../../types/wanted-release.ts';
import type { ProofEnv } from '../proof-env.ts';
import { type Proof, startProof } from './proof-process.ts';

type Release = Pick<WantedRelease, 'version' | 'id'>;

export interface OtherProofsOptions {
  limits: ProofEnv;
  /** Called when a release has passed, so that workers may serve it. */
  onPassed(): void;
  logger: Logger;
}

/**
 * Tries releases that became live without staying current, such as one that was activated just
 * before another one. They prove themselves one after the other, and get no requests before that.
 */
export class OtherProofs {
  readonly #options: OtherProofsOptions;
  /** Releases that have not passed, by version. */
  readonly #held = new Map<string, Release>();
  /** Ids of the releases that have passed. */
  readonly #passed = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  #proof: Proof | undefined;
  #isStopped = false;

  constructor(options: OtherProofsOptions) {
    this.#options = options;
  }

  /** Versions that get no requests. */
  get held(): string[] {
    return [...this.#held.keys()];
  }

  /** Holds a release until it has passed. */
  add(release: Release): void {
    const isHeld = this.#held.get(release.version)?.id === release.id;
    if (this.#options.limits.timeout === 0 || isHeld || this.#passed.has(release.id)) return;
    this.#held.set(release.version, release);
    this.#last = this.#last.then(() => this.#prove(release));
  }

  /** Holds a release that has failed. */
  addFailed(release: Release): void {
    this.#passed.delete(release.id);
    this.#held.set(release.version, release);
  }

  /** Records that a release has passed in a roll-out. */
  addPassed({ id }: Release): void {
    this.#passed.add(id);
  }

  /** Removes a release that is wanted as the current one: its roll-out has its own proof. */
  remove({ version }: Release): void {
    this.#held.delete(version);
  }

  stop(): void {
    this.#isStopped = true;
    this.#proof?.stop();
  }

  async #prove(release: Release): Promise<void> {
    const isHeld = (): boolean => this.#held.get(release.version) === release && !this.#isStopped;
    if (!isHeld()) return;
    const { limits, onPassed, logger } = this.#options;
    const { version, id } = release;
    logger.info('a release proves itself', { release: version });
    this.#proof = startProof({ version, id, quiet: limits.quiet }, limits, logger);
    const reason = await this.#proof.result;
    if (!isHeld()) return;
    if (reason === undefined) {
      this.#held.delete(version);
      this.#passed.add(id);
      logger.info('a release has passed its proof', { release: version });
      return onPassed();
    }
    logger.error('a release failed on this server and gets no requests', {
      code: 'GATI_RELEASE_PROOF',
      release: version,
      reason: `It failed its proof. ${reason}`,
    });
  }
}
