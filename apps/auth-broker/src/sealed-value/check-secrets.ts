import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { ParsedRequestOf } from '@pontage/contracts';
import type { draftSecrets } from '@pontage/contracts/auth-broker';
import { invalidRequest, isProblem, type FieldError } from '@pontage/problems';
import { parseTemplate, templatePaths } from '@pontage/templates';

type Draft = ParsedRequestOf<typeof draftSecrets>;

const roots: ReadonlySet<string> = new Set(['config', 'current_user', 'params']);

/**
 * Refuses secrets that could never work: templates that nothing resolves, a private key that does not parse or is not
 * that of its certificate. No fault repeats a secret.
 * @throws invalidRequest with the pointers of all faults
 */
export function checkSecrets({ secrets }: Draft): void {
  const errors = secrets.flatMap(({ place, pointer, value, certificate }): FieldError[] => {
    const detail = place.setting === 'clientKey' ? keyFault(value, certificate) : templateFault(value);
    return detail === undefined ? [] : [{ pointer, detail }];
  });
  if (errors.length > 0) throw invalidRequest({}, { errors });
}

function templateFault(text: string): string | undefined {
  try {
    const known = templatePaths(parseTemplate(text)).every(([root = '']) => roots.has(root));
    return known ? undefined : `A template begins with one of ${[...roots].join(', ')}.`;
  } catch (error) {
    if (!isProblem(error)) throw error;
    return 'The template holds an expression; only plain paths such as {{ config.NAME }} are resolved.';
  }
}

function keyFault(key: string, certificate: string | null): string | undefined {
  const parsed = privateKeyOf(key);
  if (parsed === undefined)
    return /ENCRYPTED/.test(key)
      ? 'The private key is encrypted; it is needed without a passphrase.'
      : 'This is not a private key in PEM.';
  const own = certificate === null ? undefined : certificateOf(certificate);
  return own === undefined || own.checkPrivateKey(parsed)
    ? undefined
    : 'The private key does not belong to the client certificate.';
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** What does not parse as a certificate is the registry's to report. */
function certificateOf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
