import type { Presence } from '@pontage/bus';
import { unknownRegion } from '@pontage/problems';

/** What is known of regions besides the configuration. */
interface Known {
  /** Undefined: never heard of. */
  versionOf(region: string): number | undefined;
}

/**
 * The regions that this installation has: those that are configured, and those that have had a worker. The bus lets nobody
 * be a worker of a region that its operator has not made a user for.
 */
export class Regions {
  constructor(
    private readonly ids: readonly string[],
    private readonly known: Known,
    private readonly presence: Pick<Presence, 'all' | 'onChange'>,
  ) {}

  /** The region of an organisation that chose none. */
  get first(): string {
    return this.ids[0] ?? '';
  }

  has(id: string): boolean {
    return this.ids.includes(id) || this.known.versionOf(id) !== undefined || this.workersOf(id).length > 0;
  }

  /** @throws unknownRegion */
  require(id: string): void {
    if (!this.has(id)) throw unknownRegion({ region: id });
  }

  /** The workers of a region that are there now, the draining ones too. */
  workersOf(id: string): string[] {
    return this.presence
      .all()
      .filter(({ service, region }) => service === 'egress-worker' && region === id)
      .map(({ instance }) => instance);
  }

  /** Tells of each region, those that are configured at once, others when their first worker comes. */
  eachNew(tell: (region: string) => void): () => void {
    const told = new Set<string>();
    const look = (ids: Iterable<string>): void => {
      for (const id of ids) {
        if (told.has(id)) continue;
        told.add(id);
        tell(id);
      }
    };
    const present = () => this.presence.all().flatMap(({ region }) => (region === null ? [] : [region]));
    look([...this.ids, ...present()]);
    return this.presence.onChange(() => look(present()));
  }
}
