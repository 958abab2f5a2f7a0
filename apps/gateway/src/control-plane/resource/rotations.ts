import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { groupsOf, type Call, type ReplyOf } from '@pontage/contracts';
import { draftRotation, dropDrafts } from '@pontage/contracts/auth-broker';
import { environmentName, installRotation, prepareRotation } from '@pontage/contracts/resource-registry';
import { forbidden, newSecretRejected } from '@pontage/problems';
import { z } from 'zod';
import { CredentialTest } from '../../connection-test/credential-test.js';
import type { Asked } from '../../routes/asked.js';
import { route } from '../../routes/route.js';

const byId = z.strictObject({ id: z.string().min(1).max(100) });
const rotationQuery = z.strictObject({
  /** Whose own credential it is; without one, that of all environments that have none. */
  environment: environmentName.optional(),
  /** What is asked with the new secret, below the base URL, where the method has no verification URL. */
  path: z.string().max(4000).optional(),
});
/** Which fields a method has, the broker knows. */
const newSecrets = z.record(z.string(), z.json());

type Prepared = ReplyOf<typeof prepareRotation>;

/** Credentials whose secret is replaced: drafted, tested, and installed only then. */
@Controller()
export class Rotations {
  constructor(
    private readonly bus: Bus,
    private readonly test: CredentialTest,
  ) {}

  @route({
    method: 'POST',
    path: '/api/v1/resources/:id/auth/rotate',
    access: 'resources:write',
    summary:
      'Replaces the secret of a credential, once the upstream has taken the new one; the old one stands in meanwhile.',
    calls: installRotation,
    params: byId,
    query: rotationQuery,
    body: newSecrets,
    also: {
      versioned: true,
      idempotency: 'kept',
      problems: [newSecretRejected, ...draftRotation.problems],
    },
  })
  async rotateCredential({
    params: { id },
    query: { environment, path },
    body: fields,
    call,
    request,
  }: Asked<{ params: typeof byId; query: typeof rotationQuery; body: typeof newSecrets }>) {
    refuseHiddenVariables(fields, call);
    const target = { resource: id, ...(environment === undefined ? {} : { environment }) };
    const prepared = await this.bus.request(prepareRotation, target, call);
    const { credentialId, resourceId, testedIn } = prepared;
    const { draftId, verificationUrl } = await this.bus.request(
      draftRotation,
      { credentialId, resourceId, fields },
      call,
    );
    try {
      const tested = testedPath(prepared, verificationUrl, path);
      await this.test.require({ draftId, resourceId, environment: testedIn, ...tested }, request);
      const installing = { ...target, resource: resourceId, draftId, basedOn: credentialId };
      return await this.bus.request(installRotation, installing, call);
    } catch (error) {
      // One that cannot be dropped now is swept.
      await this.bus.request(dropDrafts, { draftIds: [draftId] }, call).catch(() => undefined);
      throw error;
    }
  }
}

/** The verification URL as far as it is a path below the base URL; otherwise what the caller names. */
function testedPath({ baseUrl }: Prepared, verificationUrl: string | null, path = '') {
  const named = verificationUrl === null ? undefined : below(baseUrl, verificationUrl);
  return named === undefined ? { path, isVerified: false } : { path: named, isVerified: true };
}

function below(baseUrl: string, url: string): string | undefined {
  if ((baseUrl + url).includes('{{')) return undefined;
  if (url.startsWith('/')) return url;
  const base = baseUrl.replace(/\/$/, '');
  return url.startsWith(`${base}/`) ? url.slice(base.length) : undefined;
}

/**
 * The new secret is sent before the registry looks at the variables that it brings in.
 * @throws forbidden for whoever is restricted to groups and names a variable where nobody can see which
 */
function refuseHiddenVariables(fields: z.output<typeof newSecrets>, { principal }: Call): void {
  if (groupsOf(principal) === null) return;
  const named = Object.entries(fields).filter(([, value]) => JSON.stringify(value).includes('{{'));
  if (named.length === 0) return;
  const detail = 'A token that is restricted to groups rotates to secrets without configuration variables.';
  throw forbidden({}, { errors: named.map(([name]) => ({ pointer: `/${name}`, detail })) });
}
