import { randomUUID } from 'node:crypto';
import type { Pontage } from '@pontage/testkit';

/** An organisation with one resource. */
export interface Tenant {
  readonly token: string;
  readonly resource: string;
  /** What became of a query: `ok`, the problem's code, or `cut off`. */
  query(path: string, signal?: AbortSignal): Promise<string>;
}

/** Makes an organisation and, in it, a resource at this URL. */
export async function makeTenant(
  pontage: Pontage,
  baseUrl: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Tenant> {
  const made = await pontage.fetch('/api/v1/organisations', { method: 'POST', json: { name: randomUUID() } });
  const { adminToken } = (await made.json()) as { adminToken: string };
  return addResource(pontage, adminToken, baseUrl, settings);
}

/** Makes a resource in the organisation of this token. */
export async function addResource(
  pontage: Pontage,
  token: string,
  baseUrl: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Tenant> {
  const resource = `resource-${randomUUID()}`;
  const json = { name: resource, baseUrl, ...settings };
  const saved = await pontage.fetch('/api/v1/resources', { method: 'POST', token, json });
  if (saved.status !== 201) throw new Error(await saved.text());
  return {
    token,
    resource,
    async query(path, signal) {
      const init = { method: 'POST', token, json: { method: 'GET', path } };
      try {
        const answer = await pontage.fetch(
          `/api/v1/resources/${resource}/query`,
          signal === undefined ? init : { ...init, signal },
        );
        const { code } = (await answer.json()) as { code?: string };
        return answer.status === 200 ? 'ok' : (code ?? String(answer.status));
      } catch {
        return 'cut off';
      }
    },
  };
}
