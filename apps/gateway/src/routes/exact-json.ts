import { randomBytes } from 'node:crypto';

/** Stands in front of an integer while it travels through JSON.parse or JSON.stringify as text; nobody else can write it. */
const mark = `integer-${randomBytes(16).toString('hex')}:`;
const marked = new RegExp(`"${mark}(-?\\d+)"`, 'g');

/** A string or a number of JSON text. Inside a string nothing else can match, because strings are taken whole. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Reads JSON in which integers beyond ±(2^53 − 1) become bigint instead of losing digits.
 * JSON.parse of Node 20 does not show a reviver the source text; with Node 22 as the oldest this becomes a reviver.
 * @throws SyntaxError for what is not JSON
 * @see RFC 8259, 6
 */
export function parseExactJson(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  if (!/\d{16}/.test(text)) return plain;
  const exact = text.replace(token, (found) => (isLargeInteger(found) ? `"${mark}${found}"` : found));
  return JSON.parse(exact, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** Writes JSON in which a bigint is an integer with all its digits. */
export function stringifyExactJson(value: unknown): string {
  const text = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${mark}${each}` : each));
  return text.replace(marked, '$1');
}

const isLargeInteger = (found: string): boolean => /^-?\d{16,}$/.test(found) && !Number.isSafeInteger(Number(found));
