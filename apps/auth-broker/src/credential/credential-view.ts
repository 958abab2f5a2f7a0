import type { AuthMethod, Credential } from '@pontage/auth-methods';
import type { AuthenticationView } from '@pontage/contracts/resource-registry';

/** A credential as readers of its resource see it: its secrets show as set. */
export function credentialView(
  method: AuthMethod,
  { settings, secrets }: Credential,
  fingerprint: (value: unknown) => string,
): AuthenticationView {
  const views = Object.entries(secrets).map(([name, value]) => [name, { set: true, fingerprint: fingerprint(value) }]);
  const derived = method.derived?.of({ settings, secrets });
  return { method: method.id, ...settings, ...derived, ...Object.fromEntries(views) } as AuthenticationView;
}
