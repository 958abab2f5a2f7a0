import { randomUUID } from 'node:crypto';
import { scopes, type Scope } from '@pontage/contracts';
import type { Upstream } from '@pontage/fixtures';
import type { Pontage } from '@pontage/testkit';
import { ask } from '../ask.js';
import { saveResource } from '../save-resource.js';
import { matrixAccesses, type MatrixAccess } from './matrix-accesses.js';
import type { MatrixScope } from './expected-cell.js';

/** A resource that an admin sees at its second version. */
export interface MatrixResource {
  readonly id: string;
  /** What reaches the upstream by this resource has it in its target. */
  readonly mark: string;
}

/** Groups with each kind of access, their tokens, and resources to use them on. */
export class MatrixSetting {
  private readonly tokens = new Map<string, Promise<string>>();
  private readonly lasting = new Map<MatrixAccess, MatrixResource>();
  private readonly groups = new Map<MatrixAccess, number>();

  private constructor(
    private readonly pontage: Pontage,
    private readonly upstream: Upstream,
  ) {}

  static async make(pontage: Pontage, upstream: Upstream): Promise<MatrixSetting> {
    const setting = new MatrixSetting(pontage, upstream);
    await Promise.all(matrixAccesses.map((access) => setting.add(access)));
    return setting;
  }

  /** The resource for what does not change it. */
  lastingOf(access: MatrixAccess): MatrixResource {
    const resource = this.lasting.get(access);
    if (resource === undefined) throw new Error(`nothing was made for ${access.title}`);
    return resource;
  }

  /** A resource of its own, which nobody but admins and the group of this access has anything to do with. */
  async newResource(access: MatrixAccess): Promise<MatrixResource> {
    const mark = randomUUID();
    const authentication = { method: 'bearer', token: `token-${mark}` };
    const { id } = await saveResource(this.pontage, { baseUrl: `${this.upstream.url}/echo/${mark}`, authentication });
    await ask(this.pontage, 'PATCH', `/api/v1/resources/${id}`, { description: 'its second version' });
    await this.grant(access, id);
    return { id, mark };
  }

  /** How much has reached the upstream by a resource. */
  sentBy({ mark }: MatrixResource): number {
    return this.upstream.requests.filter(({ target }) => target.includes(mark)).length;
  }

  /** The token of a group that holds a scope, or every scope but this one, or `admin`. */
  token(access: MatrixAccess, scope: MatrixScope, of: Scope): Promise<string> {
    const held = {
      without: scopes.filter((each) => ![of, 'admin', 'operator'].includes(each)),
      with: [of],
      admin: ['admin'],
    }[scope];
    const key = `${access.title} ${held.join(' ')}`;
    const known = this.tokens.get(key) ?? this.newToken(access, held);
    this.tokens.set(key, known);
    return known;
  }

  get tokenCount(): number {
    return this.tokens.size;
  }

  private async add(access: MatrixAccess): Promise<void> {
    const allResources = access.toAll === true ? access.level : 'none';
    const group = { name: access.title, allResources };
    const { json } = await ask<{ id: number }>(this.pontage, 'POST', '/api/v1/groups', group);
    this.groups.set(access, json.id);
    this.lasting.set(access, await this.newResource(access));
  }

  private async newToken(access: MatrixAccess, held: readonly string[]): Promise<string> {
    const draft = { name: access.title, scopes: held, groupIds: [this.groups.get(access)] };
    return (await ask<{ token: string }>(this.pontage, 'POST', '/api/v1/tokens', draft)).json.token;
  }

  private async grant(access: MatrixAccess, resource: string): Promise<void> {
    if (access.level === 'none' || access.toAll === true) return;
    const path = `/api/v1/groups/${this.groups.get(access)}/resources/${resource}`;
    const { level, environments = null } = access;
    const { status, json } = await ask(this.pontage, 'PUT', path, { access: level, environments });
    if (status !== 200) throw new Error(JSON.stringify(json));
  }
}
