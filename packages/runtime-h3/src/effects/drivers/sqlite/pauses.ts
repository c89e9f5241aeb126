import type { Native } from '../../../data/native-sqlite.ts';
import { toPausedEffect } from '../shared/pauses.ts';
import type { Store } from './protocol.ts';

/** Creates the calls that list, pause and resume effects. */
export function createPauseCalls(db: Native): Pick<Store, 'paused' | 'setPaused'> {
  const paused = db.prepare('SELECT effect, pause FROM pauses');
  const pauseEffect = db.prepare('INSERT OR REPLACE INTO pauses (effect, pause) VALUES (?, ?)');
  const resume = db.prepare('DELETE FROM pauses WHERE effect = ?');

  return {
    paused: () =>
      (paused.all() as { effect: string; pause: string }[]).map(({ effect, pause }) =>
        toPausedEffect(effect, pause),
      ),
    setPaused(effect, pause) {
      if (pause === undefined) resume.run(effect);
      else pauseEffect.run(effect, pause);
    },
  };
}
