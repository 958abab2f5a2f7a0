import { probeStages } from '@pontage/contracts/egress-worker';
import { httpMethod } from '@pontage/contracts/query-proxy';
import { environmentName, regionId, resourceGiven } from '@pontage/contracts/resource-registry';
import { z } from 'zod';
import { givenAuthentication } from '../control-plane/resource/given-authentication.js';

/** What is tested: nothing said is GET on the base URL itself, from the resource's region, in the first environment. */
export const testRequest = z.strictObject({
  environment: environmentName.optional(),
  /** A region's id, or `all` that have workers. */
  region: regionId.optional(),
  method: httpMethod.default('GET'),
  path: z.string().max(4000).default(''),
});
export type TestRequest = z.output<typeof testRequest>;

/** The same for a resource that is not saved, as it would be. */
export const unsavedTestRequest = testRequest.extend({
  resource: resourceGiven.extend({ authentication: givenAuthentication }),
});

/** The word for all regions; no region can have it as its id where it is one. */
export const allRegions = 'all';

const stage = z.strictObject({
  name: z.enum(probeStages),
  ok: z.boolean(),
  ms: z.int(),
  /** What happened. */
  detail: z.string(),
  /** What helps; absent where nothing has to be done. */
  remedy: z.string().optional(),
});
export type Stage = z.output<typeof stage>;

const connectionTest = z.strictObject({
  ok: z.boolean(),
  /** Null: it did not become known. */
  region: z.string().nullable(),
  /** Null: no worker had a part in it. */
  workerId: z.string().nullable(),
  /** In their order, up to the first one that failed. */
  stages: z.array(stage),
  /** Of the upstream's answer; null: there was none. */
  status: z.int().nullable(),
  /** What the test cannot tell. */
  notChecked: z.array(z.string()),
});
export type ConnectionTest = z.output<typeof connectionTest>;

/** The answer to a test: from one region, or from all of them side by side. */
export const testAnswer = z.union([
  connectionTest,
  z.strictObject({ ok: z.boolean(), regions: z.array(connectionTest) }),
]);
export type TestAnswer = z.output<typeof testAnswer>;
