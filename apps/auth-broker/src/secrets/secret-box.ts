import { keyIdOf, openFields, rewrapFields, sealFields, type MasterKeys, type SealPlace } from '@pontage/envelope';
import type { KeyRing } from '../key/key-ring.js';
import { noteSecrets } from './note-secrets.js';

/** Named JSON values that are secret. */
export type SecretValues = Readonly<Record<string, unknown>>;

/** Seals and opens what this broker keeps secret: the only place of the product that holds the master keys. */
export class SecretBox {
  constructor(private readonly ring: KeyRing) {}

  get keys(): MasterKeys {
    return this.ring.now;
  }

  /** Reads the master keys once more, when they come from where they can change. @throws Error when they are not good */
  refresh(): void {
    this.ring.refresh();
  }

  seal(place: SealPlace, values: SecretValues): Buffer {
    noteSecrets(place.org, Object.values(values));
    const fields = Object.entries(values).map(([name, value]) => [name, Buffer.from(JSON.stringify(value))] as const);
    return sealFields(this.keys, place, Object.fromEntries(fields));
  }

  /** @throws SealBroken */
  open(place: SealPlace, sealed: Uint8Array): Record<string, unknown> {
    const fields = Object.entries(openFields(this.keysFor(sealed), place, sealed));
    const values = Object.fromEntries(
      fields.map(([name, bytes]) => [name, JSON.parse(bytes.toString('utf8')) as unknown]),
    );
    noteSecrets(place.org, Object.values(values));
    return values;
  }

  /** The record under the newest master key: its data key wrapped anew, or its fields under a new one. @throws SealBroken */
  renew(place: SealPlace, sealed: Uint8Array, depth: 'keys' | 'data'): Buffer {
    const keys = this.keysFor(sealed);
    return depth === 'keys'
      ? rewrapFields(keys, place, sealed)
      : sealFields(keys, place, openFields(keys, place, sealed));
  }

  /** Another broker may have heard of a new key a moment earlier, and sealed with it. */
  private keysFor(sealed: Uint8Array): MasterKeys {
    if (this.keys.find(keyIdOf(sealed)) !== undefined) return this.keys;
    try {
      this.ring.refresh();
    } catch {
      // Whoever follows the file reports it; what those from before do not open stays shut.
    }
    return this.keys;
  }
}
