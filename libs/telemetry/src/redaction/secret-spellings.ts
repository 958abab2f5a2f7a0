import { spellingsOf } from '@pontage/http-message';
import { shortestText } from './text-index.js';

/** Longer secrets are looked for in pieces, so that a part of one is found, too. */
const pieceLength = 1024;
/** A line of a key, and not `-----END PRIVATE KEY-----` or a brace. */
const lineOfKey = /^(?!-----)\S{16,}$/;

/**
 * Everything that a text may be met as: in the spellings of a request, in JSON twice over, and in hex. Empty for one that
 * is too short to be told from an ordinary word.
 */
export function secretSpellings(secret: string): string[] {
  if (secret.length < shortestText) return [];
  const spellings = piecesOf(secret).flatMap((piece) => [
    ...spellingsOf(piece),
    ...base64Ends(piece),
    jsonOf(jsonOf(piece)),
    Buffer.from(piece).toString('hex'),
  ]);
  return [...new Set(spellings)].filter((text) => text.length >= shortestText);
}

function piecesOf(secret: string): string[] {
  const whole = secret.length <= pieceLength ? [secret] : (secret.match(pieces) ?? []);
  // Keys are quoted line by line, with their line breaks escaped or not.
  const lines = secret.split(/\r?\n|\\n/);
  return lines.length === 1 ? whole : [...whole, ...lines.filter((line) => lineOfKey.test(line))];
}

/** The base64 of a text that ends with the secret: its last character would be left otherwise. */
function base64Ends(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const end = text.slice(Math.ceil((before * 8) / 6));
    return [end, end.replaceAll('=', '')].flatMap((each) => [each, each.replaceAll('+', '-').replaceAll('/', '_')]);
  });
}

const pieces = new RegExp(`[^]{1,${pieceLength}}`, 'g');
const jsonOf = (text: string): string => JSON.stringify(text).slice(1, -1);
