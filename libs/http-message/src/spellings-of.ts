/** Shorter texts are found everywhere by chance. */
const shortestDerived = 4;

/**
 * The spellings in which a text may be met again: itself, its base64 at each of the three alignments (both alphabets),
 * percent-encoded, as a form field, and in a JSON string.
 */
export function spellingsOf(value: string): string[] {
  const percent = encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
  const strict = percent.replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const json = JSON.stringify(value).slice(1, -1);
  const derived = [
    percent,
    percent.replaceAll(/%../g, (escape) => escape.toLowerCase()),
    strict,
    new URLSearchParams([['', value]]).toString().slice(1),
    json,
    json.replaceAll('/', String.raw`\/`),
    ...base64Of(value),
  ];
  return [value, ...derived.filter((text) => text.length >= shortestDerived)];
}

/** What the value's base64 surely contains, whether it begins at a multiple of three bytes or one or two after. */
function base64Of(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Characters that also hold bits of a neighbour are left out.
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    const sure = text.slice(Math.ceil((offset * 8) / 6), end);
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
