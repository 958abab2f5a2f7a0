import type { Pontage } from '@pontage/testkit';
import { ask, type Answer } from './ask.js';

/** One stage of a connection test. */
export interface Stage {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
  readonly remedy?: string;
}
/** A connection test from one region. */
export interface Tested {
  readonly ok: boolean;
  readonly region: string | null;
  readonly workerId: string | null;
  readonly stages: readonly Stage[];
  readonly status: number | null;
  readonly notChecked: readonly string[];
}
/** One from all regions. */
export interface TestedRegions {
  readonly ok: boolean;
  readonly regions: readonly Tested[];
}

/** Tests a saved resource. */
export const testConnection = <T = Tested>(
  pontage: Pontage,
  id: string,
  body?: object,
  more: { token?: string } = {},
): Promise<Answer<T>> => ask<T>(pontage, 'POST', `/api/v1/resources/${id}/test`, body, more);

/** Tests one that is not saved. */
export const testUnsaved = <T = Tested>(
  pontage: Pontage,
  resource: object,
  more: object = {},
  as: { token?: string } = {},
): Promise<Answer<T>> =>
  ask<T>(pontage, 'POST', '/api/v1/resources/test', { resource: { name: 'unsaved', ...resource }, ...more }, as);

/** An API token of these scopes. */
export async function tokenOf(pontage: Pontage, given: { scopes: string[]; groupIds?: number[] }): Promise<string> {
  const { json } = await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', { name: 'test', ...given });
  return json.token;
}

/** `+` and the name of each stage that went well, `-` and that of the one that failed. */
export const shape = ({ stages }: Tested): string[] => stages.map(({ name, ok }) => `${ok ? '+' : '-'}${name}`);
/** The stage where it ended. */
export const last = ({ stages }: Tested): Stage | undefined => stages.at(-1);
