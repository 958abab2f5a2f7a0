import { randomUUID } from 'node:crypto';
import { jetstreamManager, RetentionPolicy } from '@nats-io/jetstream';
import type { Bus } from '@pontage/bus';
import { eventStream } from '@pontage/contracts/events';
import { apps, organisations, permissions } from '@pontage/contracts/snapshots';
import { SnapshotWriter } from '@pontage/snapshots';
import type { Stack } from '@pontage/testkit';
import type { Group } from '../directory/directory.js';

/** An organisation with one app and one group that may use it. */
export interface Tenant {
  readonly org: string;
  readonly app: string;
  readonly group: number;
}

/** What the registry tells embed-session: real buckets, written as the registry's user. */
export class Registry {
  private version = 1;

  private constructor(
    private readonly organisationWriter: SnapshotWriter<typeof organisations>,
    private readonly appWriter: SnapshotWriter<typeof apps>,
    private readonly groupWriter: SnapshotWriter<typeof permissions>,
  ) {}

  static async open(bus: Bus): Promise<Registry> {
    return new Registry(
      await SnapshotWriter.open(bus, organisations),
      await SnapshotWriter.open(bus, apps),
      await SnapshotWriter.open(bus, permissions),
    );
  }

  async addTenant(allowedOrigins: string[] = ['https://portal.example']): Promise<Tenant> {
    const tenant = { org: randomUUID(), app: randomUUID(), group: 12 };
    await this.organisationWriter.put(tenant.org, {
      version: 1,
      value: {
        name: tenant.org,
        defaultRegion: 'eu-central-1',
        environments: ['production', 'staging'],
        embed: { allowedOrigins },
        returnOrigins: [],
        openResources: true,
      },
    });
    await this.addApp(tenant.org, tenant.app);
    await this.setGroup(tenant.org, tenant.group, { apps: { [tenant.app]: 'use' } });
    return tenant;
  }

  addApp(org: string, uuid: string): Promise<void> {
    return this.appWriter.put(`${org}.${uuid}`, {
      version: (this.version += 1),
      value: { uuid, name: uuid, description: '' },
    });
  }

  deleteApp(org: string, uuid: string): Promise<void> {
    return this.appWriter.put(`${org}.${uuid}`, { version: (this.version += 1), value: null });
  }

  setGroup(org: string, id: number, change: Partial<Group>): Promise<void> {
    const value = {
      name: `g${id}`,
      allApps: 'none' as const,
      allResources: 'none' as const,
      apps: {},
      resources: {},
      ...change,
    };
    return this.groupWriter.put(`${org}.${id}`, { version: (this.version += 1), value });
  }

  deleteGroup(org: string, id: number): Promise<void> {
    return this.groupWriter.put(`${org}.${id}`, { version: (this.version += 1), value: null });
  }

  stop(): void {
    for (const writer of [this.organisationWriter, this.appWriter, this.groupWriter]) writer.watch.stop();
  }
}

/** The stream of events, which audit-log makes in production. */
export async function makeEventStream(stack: Stack): Promise<void> {
  const manager = await jetstreamManager(await stack.operator());
  await manager.streams.add({
    name: eventStream.name,
    subjects: [...eventStream.subjects],
    retention: RetentionPolicy.Limits,
  });
}
