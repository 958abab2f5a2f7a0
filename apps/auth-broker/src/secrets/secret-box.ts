import { openFields, sealFields, type MasterKeys, type SealPlace } from '@pontage/envelope';

/** Named JSON values that are secret. */
export type SecretValues = Readonly<Record<string, unknown>>;

/** Seals and opens what this broker keeps secret: the only place of the product that holds the master keys. */
export class SecretBox {
  constructor(private readonly keys: MasterKeys) {}

  seal(place: SealPlace, values: SecretValues): Buffer {
    const fields = Object.entries(values).map(([name, value]) => [name, Buffer.from(JSON.stringify(value))] as const);
    return sealFields(this.keys, place, Object.fromEntries(fields));
  }

  /** @throws SealBroken */
  open(place: SealPlace, sealed: Uint8Array): Record<string, unknown> {
    const fields = Object.entries(openFields(this.keys, place, sealed));
    return Object.fromEntries(fields.map(([name, bytes]) => [name, JSON.parse(bytes.toString('utf8')) as unknown]));
  }
}
