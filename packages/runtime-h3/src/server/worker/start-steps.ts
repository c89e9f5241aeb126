import type { TrackStep } from '../../modules/module-setup.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';

/** Reports the steps of a start, so that the supervisor can name the one that hangs. */
export interface StartSteps {
  track: TrackStep;
  /** The worker has started: reports no more steps. */
  end(): void;
}

export function createStartSteps(send: (message: MessageToSupervisor) => void): StartSteps {
  let isStarting = true;
  return {
    track(step) {
      if (!isStarting) return () => {};
      // Sent at once: after it, code may block the event loop.
      send({ gati: 'starting', step });
      return () => {
        if (isStarting) send({ gati: 'starting', step, done: true });
      };
    },
    end() {
      isStarting = false;
    },
  };
}
