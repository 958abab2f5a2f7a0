import { z } from 'zod';

/** What the methods take is the broker's business: it knows them, and which of their fields are secret. */
export const givenAuthentication = z.record(z.string(), z.json()).optional();
export type GivenAuthentication = z.output<typeof givenAuthentication>;

/** The credential of a new resource; undefined when it has none, which is no secret of the broker's to keep. */
export function credentialOf(given: GivenAuthentication): GivenAuthentication {
  const isNone = given?.method === 'none' && Object.keys(given).length === 1;
  return isNone ? undefined : given;
}
