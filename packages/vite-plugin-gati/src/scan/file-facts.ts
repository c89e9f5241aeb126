import type { Place } from './code-frame.ts';
import type { FileRole } from './layout.ts';

/** Facts that the syntax of one file gives. Plain data: the facts cache stores it. */
export interface FileFacts {
  /** Sorted names. */
  exports: { values: string[]; types: string[] };
  /** The file has an `export *`, so it may export any name. */
  exportsAll: boolean;
  /** The exported constants that the scan reads: `route`, `name`, `version`, `effect`, `to`. */
  constants: Record<string, Constant>;
  /**
   * The settings of an effect (`schedule`, `retry` …) whose values are constant, and those of routes
   * (`accept`, `allowCrossSite`, `security`).
   */
  settings: Record<string, Setting>;
  /** Line of `export const guard`. */
  guardLine?: number;
  /** Reason why the file could not be parsed as a module. */
  syntax?: { message: string; place: Place; frame: string };
}

export interface Constant {
  /** Absent when the export is not a constant string. */
  value?: string;
  place: Place;
  frame: string;
}

export interface Setting {
  /** Absent when the setting of a route is not constant. */
  value?: unknown;
  place: Place;
  frame: string;
}

/** A file with a role, and its facts. */
export interface ScannedFile {
  /** Path from the root, with `/`. */
  file: string;
  role: FileRole;
  facts: FileFacts;
  /**
   * The file has a syntax error now; its exports and constants are those of its last valid text.
   */
  isStale?: boolean;
}
