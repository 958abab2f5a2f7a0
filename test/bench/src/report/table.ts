import type { Spread } from '../rounds/spread.js';

/** A table of Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** A whole number, its thousands apart. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** A number with two digits behind the point. */
export const twoDigits = (value: number): string => value.toFixed(2);

/** A median, and the quartiles in brackets. */
export const withQuartiles = ({ median, low, high }: Spread): string =>
  `${twoDigits(median)} (${twoDigits(low)}–${twoDigits(high)})`;
