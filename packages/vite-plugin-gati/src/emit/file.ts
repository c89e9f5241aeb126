/** A file that a build or an SDK consists of. */
export interface EmittedFile {
  /** Below the output folder, with `/`. */
  path: string;
  text: string;
}
