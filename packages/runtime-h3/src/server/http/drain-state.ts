/** State that all responses of one server share. */
export interface DrainState {
  /** Each response ends its connection. */
  draining: boolean;
}
