import { createPrivateKey, generateKeyPairSync, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { identityKeys } from '@pontage/contracts/snapshots';
import { SealBroken } from '@pontage/envelope';
import { leaseUnavailable } from '@pontage/problems';
import type { SnapshotWriter } from '@pontage/snapshots';
import type { Logger } from '@pontage/telemetry';
import { type IdentityKeyStore, type PublicKey, type StoredKey } from './identity-key-store.js';
import { planOf, signing } from './key-schedule.js';

const lookEveryMs = 5_000;

/** A key that may sign, in the memory of this process. */
interface Held {
  readonly id: string;
  readonly privateKey: KeyObject;
  /** On this process's own monotonic clock. */
  readonly signsFrom: number;
}

/**
 * The keys that identities are signed with: made in time, published before they sign, and kept in memory, so that signing needs no
 * database. Every broker looks after them; the database sees to it that only one makes the next.
 */
export class IdentityKeys {
  private held: readonly Held[] = [];
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;

  constructor(
    private readonly store: IdentityKeyStore,
    private readonly published: SnapshotWriter<typeof identityKeys>,
    private readonly logger: Logger,
  ) {}

  /** Returns when the keys are here, or could not be had yet. */
  async start(): Promise<void> {
    this.timer = setInterval(() => void this.look(), lookEveryMs).unref();
    await this.look();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
    this.published.watch.stop();
  }

  /** The key that signs now. @throws leaseUnavailable when none has been published yet */
  current(): Pick<Held, 'id' | 'privateKey'> {
    const now = performance.now();
    const key = signing(this.held.map((each) => ({ ...each, signsInMs: each.signsFrom - now })));
    if (key === undefined) throw leaseUnavailable({}, { detail: 'There is no key yet that signs identities.' });
    return key;
  }

  /** Looks after the keys now. What goes wrong is logged; those from before stay in use. */
  look(): Promise<void> {
    this.round ??= this.renew()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the identity keys could not be looked after'))
      .finally(() => (this.round = undefined));
    return this.round;
  }

  private async renew(): Promise<void> {
    let keys = await this.store.all();
    const { makeForMs, over } = planOf(keys);
    if (makeForMs !== undefined || over.length > 0) {
      // Verifiers forget a key before the database does: what is gone here could not be taken back there.
      await Promise.all(over.map(({ id }) => this.published.put(id, { version: 2, value: null })));
      await this.store.change((work, now) => this.carryOut(work, now));
      keys = await this.store.all();
    }
    // The bucket may have been lost, too: what it holds already is not written again.
    await Promise.all(keys.map(({ id, publicKey }) => this.published.put(id, { version: 1, value: publicKey })));
    const now = performance.now();
    this.held = keys.flatMap((key) => {
      const privateKey = this.privateKeyOf(key);
      return privateKey === undefined ? [] : [{ id: key.id, privateKey, signsFrom: now + key.signsInMs }];
    });
  }

  private async carryOut(work: Parameters<IdentityKeyStore['insert']>[0], keys: StoredKey[]): Promise<void> {
    const { makeForMs, over } = planOf(keys);
    const ids = over.map(({ id }) => id);
    await this.store.remove(work, ids);
    if (makeForMs === undefined) return;
    const { publicKey, privateKey } = newKey();
    await this.store.insert(work, publicKey, privateKey, makeForMs);
    this.logger.info({ key: publicKey.kid, signsInMs: makeForMs, over: ids }, 'a new identity key');
  }

  /** Undefined: it was altered, or its master key is gone. Others may be as they were. */
  private privateKeyOf(key: StoredKey): KeyObject | undefined {
    const known = this.held.find(({ id }) => id === key.id);
    if (known !== undefined) return known.privateKey;
    try {
      return createPrivateKey({ key: this.store.open(key) as JsonWebKey, format: 'jwk' });
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      this.logger.error({ err: error, key: key.id }, 'an identity key cannot be opened');
      return undefined;
    }
  }
}

function newKey(): { publicKey: PublicKey; privateKey: JsonWebKey } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
  const publicKey: PublicKey = { kty: 'EC', crv: 'P-256', x, y, kid: randomUUID(), alg: 'ES256', use: 'sig' };
  return { publicKey, privateKey: pair.privateKey.export({ format: 'jwk' }) };
}
