import { sealedName } from '@pontage/contracts/auth-broker';
import type { DispatchTls } from '@pontage/contracts/egress-worker';
import { internal } from '@pontage/problems';
import type { SealedTexts } from '../credential/sealed-value-cache.js';
import type { ResourceSnapshot } from '../policy/resource-index.js';

/** How a worker speaks TLS for this resource; undefined: as for every other. */
export function transportOf({ tls }: Pick<ResourceSnapshot, 'tls'>, sealed: SealedTexts): DispatchTls | undefined {
  const { allowSelfSigned, ca, clientCertificate, clientKey } = tls;
  if (!allowSelfSigned && ca === null && clientCertificate === null) return undefined;
  if (clientCertificate === null || clientKey === null) return { allowSelfSigned, ca, client: null };
  const key = sealed[sealedName({ setting: 'clientKey', name: '' }, clientKey.fingerprint)];
  if (key === undefined) throw internal({}, { note: 'the client key is not among the sealed values of its resource' });
  return { allowSelfSigned, ca, client: { certificate: clientCertificate, key } };
}
