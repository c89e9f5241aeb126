/**
 * File descriptor of a worker on which its watchdog thread reports. The main thread owns the channel
 * of messages, and it is blocked.
 */
export const REPORT_FD = 4;

/** Milliseconds that the main thread has to stop for its stack. Native code does not stop. */
export const REPORT_TIME = 2000;

/** A call frame of a blocked main thread. Line and column start at 0. */
export interface BlockedFrame {
  /** Name of the function; empty for an anonymous one. */
  name: string;
  /** URL of the script, such as `file:///app/dist/server/index.mjs`; empty when it has none. */
  url: string;
  line: number;
  column: number;
}

/** Line of JSON that the watchdog thread writes. No frames: the main thread runs native code. */
export interface BlockedReport {
  /** Innermost call first. */
  frames: BlockedFrame[];
}
