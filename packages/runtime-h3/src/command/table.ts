import { stripVTControlCharacters } from 'node:util';
import type { Style } from './style.ts';

export interface Column {
  /** Printed in upper case. A table whose columns have no title has no head. */
  title: string;
  /** Whether the cells are aligned to the right, as for numbers. */
  isRight?: boolean;
}

const GAP = '  ';

/**
 * Prints rows below the titles of their columns, each column as wide as its widest cell. A cell has
 * one line: line breaks in it become spaces.
 */
export function printTable(columns: Column[], cells: string[][], style: Style): string[] {
  const rows = cells.map((row) => row.map(toOneLine));
  const titles = columns.map(({ title }) => title.toUpperCase());
  const hasHead = titles.some((title) => title !== '');
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...rows].map((row) => widthOf(row[index] ?? ''))),
  );
  const print = (row: string[]): string =>
    columns
      .map(({ isRight }, index) => {
        const cell = row[index] ?? '';
        const space = ' '.repeat(widths[index]! - widthOf(cell));
        return isRight ? space + cell : cell + space;
      })
      .join(GAP)
      .trimEnd();
  return [...(hasHead ? [style.dim(print(titles))] : []), ...rows.map(print)];
}

const toOneLine = (cell: string): string => cell.split(/[\r\n]+/).join(' ');

const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;
