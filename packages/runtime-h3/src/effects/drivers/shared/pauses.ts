import type { Pause, PausedEffect } from '../../../ports.ts';

/** Converts a stored row to a paused effect. A damaged one stays paused, without its facts. */
export function toPausedEffect(effect: string, text: string): PausedEffect {
  try {
    const { by, at, reason } = JSON.parse(text) as Partial<Pause>;
    return {
      effect,
      by: String(by),
      at: Number(at) || 0,
      ...(reason !== undefined && { reason: String(reason) }),
    };
  } catch {
    return { effect, by: '', at: 0 };
  }
}
