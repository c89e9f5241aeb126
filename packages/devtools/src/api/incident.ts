/** Result of the action `incidents.write`. */
export interface IncidentFile {
  /** Name for the file. */
  name: string;
  html: string;
}
