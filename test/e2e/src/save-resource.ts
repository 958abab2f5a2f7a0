import { randomUUID } from 'node:crypto';
import type { Pontage } from '@pontage/testkit';
import { ask, type Answer } from './ask.js';

/** A resource as it is read, as far as tests look at it. */
export interface SavedResource {
  readonly id: string;
  readonly version: number;
  readonly [setting: string]: unknown;
}

/** Saves a resource under a name of its own, whatever becomes of it. */
export const trySaveResource = (pontage: Pontage, settings: Record<string, unknown>): Promise<Answer<SavedResource>> =>
  ask<SavedResource>(pontage, 'POST', '/api/v1/resources', { name: `r-${randomUUID().slice(0, 8)}`, ...settings });

/** Saves a resource under a name of its own. */
export async function saveResource(pontage: Pontage, settings: Record<string, unknown>): Promise<SavedResource> {
  const answer = await trySaveResource(pontage, settings);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.json));
  return answer.json;
}

/** What `/query` answers, and what it says of a failure. */
export interface QueryAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly stage?: string;
}

/** Runs an ad-hoc query on a resource. */
export const runQuery = (
  pontage: Pontage,
  id: string,
  query: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Answer<QueryAnswer>> =>
  ask<QueryAnswer>(pontage, 'POST', `/api/v1/resources/${id}/query`, query, { headers });
