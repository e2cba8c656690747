/** Text for people, JSON for programs; what came from outside cannot steer a terminal (S-74). */
import type { Surroundings } from './surroundings.js';

export type Cell = string | number | boolean | null | undefined;

const CONTROL = /\p{Cc}|\p{Cf}|\p{Cs}|[\p{Zl}\p{Zp}]/gu;
export const plain = (cell: Cell): string => String(cell ?? '-').replace(CONTROL, '\ufffd');

/** Columns as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const texts = [headings, ...rows.map((row) => row.map(plain))];
  const widths = headings.map((_, column) => Math.max(...texts.map((row) => [...(row[column] ?? '')].length)));
  const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - [...text].length));
  return texts.map((row) =>
    row
      .map((text, column) => pad(text, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export const facts = (members: Readonly<Record<string, Cell>>): string[] => {
  const width = Math.max(...Object.keys(members).map((name) => name.length));
  return Object.entries(members).map(([name, value]) => `${name.padEnd(width)}  ${plain(value)}`);
};

/** `--json`: one document; else the lines made for people. */
export function show(
  surroundings: Surroundings,
  json: boolean | undefined,
  value: unknown,
  lines: () => readonly string[],
): void {
  if (json === true) surroundings.out(JSON.stringify(value, undefined, 2));
  else for (const line of lines()) surroundings.out(line);
}
