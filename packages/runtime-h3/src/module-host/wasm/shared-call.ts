/**
 * Layout of the memory that a thread shares with its caller: four numbers, then the bytes of one text.
 * A call writes its input and its number, and the thread its output and the same number. Both sides
 * wait by `Atomics`, which takes a quarter of the time of two messages.
 */
export const CALL = {
  /** Number of the last call that was sent. */
  sent: 0,
  /** Number of the last call that has ended. */
  ended: 1,
  /** Bytes of the text, or one of the values below 0. */
  length: 2,
  /** Whether the text is an error. */
  failed: 3,
  /** Where the text begins. */
  text: 16,
  /** Bytes of the longest text. A longer one is a message. */
  maxText: 65_536,
  /** `length` when the text is a message. */
  message: -1,
  /** `length` when the call reads the descriptor. */
  descriptor: -2,
} as const;
