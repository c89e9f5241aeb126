import type { PrintText } from './escape-html.ts';

const MOST_ROWS = 50;
const LONGEST_CELL = 300;

/** Facts around the time of a trace: a comparison of releases, their changes, the audit log. */
export interface IncidentTable {
  title: string;
  /** Sentence above the rows. */
  note: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** Prints the first 50 rows of a table. */
export function printTable({ title, note, columns, rows }: IncidentTable, text: PrintText): string {
  const head = columns.map((column) => `<th scope="col">${text(column)}</th>`).join('');
  const body = rows
    .slice(0, MOST_ROWS)
    .map((row) => `<tr>${row.map((cell) => `<td>${text(cell, LONGEST_CELL)}</td>`).join('')}</tr>`);
  return `<h2>${text(title)}</h2>
<p class="quiet">${text(note)}</p>
${rows.length === 0 ? '' : `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`}
${rows.length > MOST_ROWS ? `<p class="quiet">And ${rows.length - MOST_ROWS} more rows.</p>` : ''}`;
}
