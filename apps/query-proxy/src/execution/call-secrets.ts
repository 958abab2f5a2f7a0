import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { leaseDraftSecrets } from '@pontage/contracts/auth-broker';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import { unavailable } from '@pontage/problems';
import type { SealedValueCache } from '../credential/sealed-value-cache.js';
import type { CallSecrets } from './prepare.js';

/** The secrets of one run, as this process can open them. */
export function callSecrets(bus: Bus, sealedValues: SealedValueCache, run: RunQuery, call: Call): CallSecrets {
  return {
    sealed: async (secretsId, resourceId) =>
      run.call.kind === 'unsaved'
        ? (await bus.request(leaseDraftSecrets, { draftId: secretsId }, call)).values
        : sealedValues.get(secretsId, resourceId, call),
    cookies: () => {
      if (run.cookies === undefined) return undefined;
      const box = run.cookies[bus.identity.instance];
      // A process that has just started may not be known to every gateway yet.
      if (box === undefined) throw unavailable({}, { note: 'the cookies were not sealed for this process' });
      const { plain } = bus.channels.open(Buffer.from(box, 'base64'), run.executionId);
      return Buffer.from(plain).toString('latin1');
    },
  };
}
