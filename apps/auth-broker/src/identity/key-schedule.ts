const dayMs = 24 * 60 * 60_000;

/** How long one key signs. */
export const signsForMs = 30 * dayMs;
/**
 * How long a key is published before it signs, and after it has signed last: longer than verifiers keep what they have read of
 * our keys, and much longer than a token lives.
 */
export const publishedAroundMs = dayMs;

/** When a key begins to sign: milliseconds from now, negative for the past. */
export interface Scheduled {
  readonly signsInMs: number;
}

/** What is to be done about the keys. */
export interface Plan<K> {
  /** In how many milliseconds a key that is to be made begins to sign; undefined: none is needed yet. */
  readonly makeForMs: number | undefined;
  readonly published: readonly K[];
  /** Nobody needs them any more. */
  readonly over: readonly K[];
}

/** The key that signs now: of those whose time has come the last one. */
export const signing = <K extends Scheduled>(keys: readonly K[]): K | undefined =>
  inOrder(keys).findLast(({ signsInMs }) => signsInMs <= 0);

/** What is due: the first key signs at once, a successor is made as long before it signs as it has to be known. */
export function planOf<K extends Scheduled>(keys: readonly K[]): Plan<K> {
  const ordered = inOrder(keys);
  const over = ordered.filter((_, index) => {
    const successor = ordered[index + 1];
    return successor !== undefined && successor.signsInMs <= -publishedAroundMs;
  });
  const last = ordered.at(-1);
  return { makeForMs: last === undefined ? 0 : dueAfter(last), over, published: ordered.slice(over.length) };
}

function dueAfter({ signsInMs }: Scheduled): number | undefined {
  const nextInMs = signsInMs + signsForMs;
  return nextInMs > publishedAroundMs ? undefined : publishedAroundMs;
}

const inOrder = <K extends Scheduled>(keys: readonly K[]): K[] =>
  [...keys].sort((one, other) => one.signsInMs - other.signsInMs);
