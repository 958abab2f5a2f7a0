import type { LiveSecrets, Owner, Sought } from './live-secrets.js';

/** A place in a value where a secret was found: its path, dotted, and whose the secret was. */
export interface FoundAt {
  readonly field: string;
  readonly owners: ReadonlySet<Owner>;
}

/** Names as our own code gives them hold no secret, and a value that loses them is hard to read. */
const plainName = /^[a-z][A-Za-z]{0,40}$/;

/**
 * A value of JSON with every secret in its texts and names masked; the same value when there is none. Notes each place in
 * `found`. Objects of other kinds are left alone.
 */
export function maskValues<T>(secrets: LiveSecrets, value: T, sought: Sought, found: FoundAt[], field = ''): T {
  // Nearly every value is clean, and to know that takes no copy and no paths.
  return holds(value) ? (masked(value, field) as T) : value;

  function holds(each: unknown): boolean {
    if (typeof each === 'string') return secrets.mask(each, sought) !== undefined;
    if (typeof each !== 'object' || each === null) return false;
    if (Array.isArray(each)) return each.some(holds);
    if (!isPlain(each)) return false;
    for (const name in each)
      if (holds((each as Record<string, unknown>)[name]) || (!plainName.test(name) && holds(name))) return true;
    return false;
  }

  function masked(each: unknown, at: string): unknown {
    if (typeof each === 'string') return text(each, at);
    if (typeof each !== 'object' || each === null) return each;
    if (Array.isArray(each)) {
      const items = each.map((item, index) => masked(item, `${at}.${index}`));
      return items.some((item, index) => item !== each[index]) ? items : each;
    }
    if (!isPlain(each)) return each;
    let isChanged = false;
    const entries = Object.entries(each).map(([name, inner]) => {
      const shown = plainName.test(name) ? name : text(name, at === '' ? 'name' : `${at}.name`);
      const clean = masked(inner, at === '' ? shown : `${at}.${shown}`);
      isChanged ||= clean !== inner || shown !== name;
      return [shown, clean] as const;
    });
    return isChanged ? Object.fromEntries(entries) : each;
  }

  function text(each: string, at: string): string {
    const hit = secrets.mask(each, sought);
    if (hit === undefined) return each;
    found.push({ field: at, owners: hit.owners });
    return hit.text;
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
