import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import { cookiePairs } from '@pontage/http-message';
import { liveSecrets } from '@pontage/telemetry';
import { lendDraftSecrets } from '../credential/lend-draft.js';
import type { SealedValueCache } from '../credential/sealed-value-cache.js';
import type { IdentityTokens } from '../identity/identity-tokens.js';
import type { VariableSource } from '../variable/call-variables.js';
import type { SecretVariableCache } from '../variable/secret-variable-cache.js';
import type { CallSecrets } from './prepare.js';

/** Longer than nearly any query runs. */
const cookiesMs = 60_000;

/** What this process has opened lately. */
export interface OpenedSecrets {
  readonly sealedValues: SealedValueCache;
  readonly secretVariables: SecretVariableCache;
  readonly identities: IdentityTokens;
}

/** The secrets of one run, as this process can open them. */
export function callSecrets(
  bus: Bus,
  { sealedValues, secretVariables, identities }: OpenedSecrets,
  run: RunQuery,
  call: Call,
): CallSecrets {
  return {
    sealed: (secretsId, resourceId) =>
      run.call.kind === 'unsaved'
        ? lendDraftSecrets(bus, secretsId, call)
        : sealedValues.get(secretsId, resourceId, call),
    variables: variableSource(secretVariables, call),
    identity: (asked) => identities.get(asked, call),
    cookies: () => {
      const { cookieLine } = run;
      if (cookieLine === undefined) return undefined;
      liveSecrets.note(
        call.org,
        cookiePairs(cookieLine).map(([, value]) => value),
        cookiesMs,
      );
      return cookieLine;
    },
  };
}

/** The secrets of a call that runs nothing: it has the caller's cookies with it, as one line. */
export const secretsOfCall = (
  { sealedValues, secretVariables, identities }: OpenedSecrets,
  call: Call,
  cookieLine: string | undefined,
): CallSecrets => ({
  sealed: (secretsId, resourceId) => sealedValues.get(secretsId, resourceId, call),
  variables: variableSource(secretVariables, call),
  identity: (asked) => identities.get(asked, call),
  cookies: () => cookieLine,
});

const variableSource = (opened: SecretVariableCache, call: Call): VariableSource => ({
  cached: (variable) => opened.cached(variable),
  ask: (variable) => opened.ask(variable, call),
});
