import { X509Certificate } from 'node:crypto';
import type { ResourceDraft } from '@pontage/contracts/resource-registry';
import type { FieldError } from '@pontage/problems';

/** What is wrong with the certificates of a resource: text that is none, and what has expired. */
export function tlsFaults({
  ca,
  clientCertificate,
}: Pick<ResourceDraft['tls'], 'ca' | 'clientCertificate'>): FieldError[] {
  return [...faultsOf('/tls/ca', ca), ...faultsOf('/tls/clientCertificate', clientCertificate)];
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

function faultsOf(pointer: string, pem: string | null): FieldError[] {
  if (pem === null) return [];
  const found = pem.match(certificatePattern) ?? [];
  if (found.length === 0) return [{ pointer, detail: 'There is no certificate in this PEM text.' }];
  if (/PRIVATE KEY-----/.test(pem)) return [{ pointer, detail: 'A private key does not belong here.' }];
  return found.flatMap((text): FieldError[] => {
    const certificate = parsed(text);
    if (certificate === undefined) return [{ pointer, detail: 'A certificate in this PEM text does not parse.' }];
    const until = new Date(certificate.validTo);
    if (until.getTime() > Date.now()) return [];
    return [{ pointer, detail: `The certificate expired on ${until.toISOString().slice(0, 10)}.` }];
  });
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
