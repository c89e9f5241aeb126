/**
 * Layout of the memory that a thread shares with its caller: four numbers, then the bytes of one
 * text. The caller writes the input and the number of the call. The thread then writes the output
 * and the same number. Both wait with `Atomics`, which takes a quarter of the time of two messages.
 */
export const CALL = {
  /** Number of the last call that was sent. */
  sent: 0,
  /** Number of the last call that has ended. */
  ended: 1,
  /** Bytes of the text, or one of the negative values below. */
  length: 2,
  /** Whether the text is an error. */
  failed: 3,
  /** Offset of the text in bytes. */
  text: 16,
  /** Maximum bytes of the text. A longer text is sent as a message. */
  maxText: 65_536,
  /** `length` when the text is a message. */
  message: -1,
  /** `length` when the call reads the descriptor. */
  descriptor: -2,
} as const;
