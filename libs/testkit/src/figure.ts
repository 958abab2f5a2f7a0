import { appendFileSync } from 'node:fs';

/**
 * Says what a test has seen: a title, a colon, and the numbers. When `PONTAGE_FIGURES` names a file it gets them as well, one
 * line of JSON each: `npm run faults` makes its table of that.
 */
export function figure(text: string): void {
  process.stdout.write(`${text}\n`);
  const file = process.env.PONTAGE_FIGURES;
  if (file === undefined) return;
  const colon = text.indexOf(': ');
  appendFileSync(file, `${JSON.stringify({ title: text.slice(0, colon), says: text.slice(colon + 2) })}\n`);
}
