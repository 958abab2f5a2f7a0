import { z } from 'zod';
import { httpMethod } from '../resource-registry/http-method.js';
import { headerPairs, pairs } from '../resource-registry/settings/pair-values.js';

const part = z.strictObject({
  name: z.string().min(1).max(200),
  value: z.string().optional(),
  base64: z.base64().optional(),
  filename: z.string().max(255).optional(),
  contentType: z.string().max(200).optional(),
});

/** The body of a query: what `value` is depends on `type`. */
export const queryBody = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('json'), value: z.json() }),
  z.strictObject({ type: z.literal('form'), value: pairs }),
  z.strictObject({ type: z.literal('multipart'), value: z.array(part).max(100) }),
  z.strictObject({ type: z.literal('raw'), value: z.string(), contentType: z.string().max(200).optional() }),
  z.strictObject({ type: z.literal('base64'), value: z.base64(), contentType: z.string().max(200).optional() }),
]);
export type QueryBody = z.output<typeof queryBody>;

/** One request to an upstream, relative to a resource. Strings may hold `{{ }}` templates. */
export const queryRequest = z.strictObject({
  method: httpMethod.default('GET'),
  path: z.string().max(4000).default(''),
  urlParams: pairs.default([]),
  headers: headerPairs.default([]),
  body: queryBody.optional(),
  environment: z.string().max(40).optional(),
  timeoutMs: z.int().min(100).max(120_000).optional(),
});
export type QueryRequest = z.output<typeof queryRequest>;

/** What `POST …/query` takes: a request and the values its templates may use. */
export const adHocQuery = queryRequest.extend({ params: z.record(z.string().max(100), z.json()).default({}) });
export type AdHocQuery = z.output<typeof adHocQuery>;
