/** A key-encryption key: it wraps data keys and is never stored. */
export interface MasterKey {
  /** Public: it stands beside everything that the key wrapped. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

const keyBytes = 32;
/** A random key of 32 bytes has about 30 different ones; fewer than this are a pattern (chance below 1e-13). */
const leastDifferentBytes = 14;

/** The key-encryption keys of this installation: the first one wraps, every one of them unwraps. */
export class MasterKeys {
  private constructor(private readonly keys: readonly [MasterKey, ...MasterKey[]]) {}

  /**
   * Reads `id:base64` entries on lines or between commas, newest first.
   * @throws Error that names the entry at fault by its place, never a key: a start without good keys is refused.
   */
  static parse(text: string): MasterKeys {
    const entries = text
      .split(/[\n,]/)
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    const [first, ...others] = entries.map((entry, index) => parseEntry(entry, index + 1));
    if (first === undefined) throw new Error('there is no master key');
    const ids = [first, ...others].map(({ id }) => id);
    if (new Set(ids).size !== ids.length) throw new Error('two master keys have the same id');
    return new MasterKeys([first, ...others]);
  }

  /** The key that wraps what is sealed from now on. */
  get current(): MasterKey {
    return this.keys[0];
  }

  /** The ids, newest first. */
  get ids(): readonly string[] {
    return this.keys.map(({ id }) => id);
  }

  /** The key of this id, if it is still there. */
  find(id: string): MasterKey | undefined {
    return this.keys.find((key) => key.id === id);
  }
}

function parseEntry(entry: string, place: number): MasterKey {
  const [, id, base64] = /^([\w.-]{1,64}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry) ?? [];
  if (id === undefined || base64 === undefined) throw new Error(`master key ${place} is not of the form id:base64`);
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== keyBytes)
    throw new Error(`master key ${place} has ${bytes.length} bytes instead of ${keyBytes}`);
  if (isGuessable(bytes))
    throw new Error(`master key ${place} is a default or a pattern, not ${keyBytes} random bytes`);
  return { id, bytes };
}

/** All zero, repeated, counted up or typed on a keyboard: the keys that examples, defaults and people come up with. */
function isGuessable(bytes: Buffer): boolean {
  const steps = new Set(bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0)));
  const isTyped = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return new Set(bytes).size < leastDifferentBytes || steps.size === 1 || isTyped;
}
