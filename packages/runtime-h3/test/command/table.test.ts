import { expect, test } from 'vitest';
import { createStyle } from '../../src/command/style.ts';
import { printTable } from '../../src/command/table.ts';

test('a cell with several lines keeps the table in one line per row', () => {
  const columns = [{ title: 'message' }, { title: 'id' }];
  const rows = [
    ['Transform failed:\n\r\n  ╭─[ a.ts:7 ]', '1'],
    ['short', '2'],
  ];
  expect(printTable(columns, rows, createStyle(false))).toEqual([
    'MESSAGE                           ID',
    'Transform failed:   ╭─[ a.ts:7 ]  1',
    'short                             2',
  ]);
});
