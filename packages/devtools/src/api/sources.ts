/**
 * Member `sources` of a response: where its data is from, besides the store. Absent if all of it is
 * from the store.
 */
export interface SourcesUsed {
  /** Names: `Prometheus`. */
  used: string[];
  /** Sentences on sources that gave no data. */
  notes: string[];
}
