import type { SealPlace } from '@pontage/envelope';
import { configValuePlace } from '../config-value/config-value-store.js';
import { credentialPlace } from '../credential/credential-store.js';
import { consentPlace } from '../consent/consent-store.js';
import { draftPlace } from '../draft/draft-store.js';
import { identityKeyPlace } from '../identity/identity-key-store.js';
import { grantPlace } from '../grant/grant-store.js';
import { fingerprintKeyPlace } from '../secrets/fingerprints.js';
import { webhookPlace } from '../webhook/webhook-store.js';

/** A sealed record, with what says where it belongs. */
export interface SealedRow {
  readonly sealed: Buffer;
  readonly version: number;
  /** The values of the primary key, as text. */
  readonly key: readonly string[];
}

/** A table with sealed records. */
export interface SealedTable {
  readonly name: string;
  /** The columns of the primary key, in its order, with their types. */
  readonly key: readonly (readonly [string, 'uuid' | 'text'])[];
  /** SQL: the version that the seal is bound to. */
  readonly version: string;
  /** The lookup function that lists the organisations which have rows. */
  readonly organisations: string;
  readonly placeOf: (org: string, row: SealedRow) => SealPlace;
}

const byId = [['id', 'uuid']] as const;

/** Every table in which the broker keeps something sealed. */
export const sealedTables: readonly SealedTable[] = [
  {
    name: 'fingerprint_key',
    key: [['org', 'uuid']],
    version: '1',
    organisations: 'fingerprint_key_organisations',
    placeOf: (org) => fingerprintKeyPlace(org),
  },
  {
    name: 'draft',
    key: byId,
    version: '1',
    organisations: 'draft_organisations',
    placeOf: (org, { key: [id = ''] }) => draftPlace(org, id),
  },
  {
    name: 'credential',
    key: byId,
    version: '1',
    organisations: 'credential_organisations',
    placeOf: (org, { key: [id = ''] }) => credentialPlace({ org, id }),
  },
  {
    name: 'config_value',
    key: [
      ['environment', 'text'],
      ['name', 'text'],
      ['id', 'uuid'],
    ],
    version: '1',
    organisations: 'config_value_organisations',
    placeOf: (org, { key: [environment = '', name = '', id = ''] }) => configValuePlace(org, { environment, name, id }),
  },
  {
    name: 'issued_grant',
    key: [
      ['credential_id', 'uuid'],
      ['environment', 'text'],
      ['caller', 'text'],
    ],
    version: 'version',
    // A grant is of a credential of the same organisation.
    organisations: 'credential_organisations',
    placeOf: (org, { key: [credentialId = '', environment = '', caller = ''], version }) =>
      grantPlace({ org, credentialId, environment, caller }, version),
  },
  {
    name: 'consent',
    key: byId,
    version: '1',
    organisations: 'consent_organisations',
    placeOf: (org, { key: [id = ''] }) => consentPlace(org, id),
  },
  {
    name: 'identity_key',
    key: byId,
    version: '1',
    organisations: 'identity_key_organisations',
    placeOf: (_, { key: [id = ''] }) => identityKeyPlace(id),
  },
  {
    name: 'webhook',
    key: byId,
    version: '1',
    organisations: 'webhook_organisations',
    placeOf: (org, { key: [id = ''] }) => webhookPlace(org, id),
  },
];
