import { wantsColors } from '@gati/contract/internal';
import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/**
 * Returns colour functions for a stream. They add no colours for JSON, or if the environment
 * disables colours.
 */
export function colorsFor(stream: NodeJS.WriteStream, json = false): Colors {
  return pc.createColors(!json && wantsColors(stream, process.env));
}
