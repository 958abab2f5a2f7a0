import { type SnapshotWatch } from '@pontage/snapshots';
import { hasEnvironment, settingsIn } from '@pontage/contracts/resource-registry';
import { resources, type ValueOf } from '@pontage/contracts/snapshots';

/** A resource as the data plane sees it: versioned, without secrets. */
export type ResourceSnapshot = ValueOf<typeof resources>;

const findWithinMs = 500;

/** Resources by id and by name, per organisation. */
export class ResourceIndex {
  private readonly byName = new Map<string, string>();
  private readonly nameOf = new Map<string, string>();
  private readonly complete = new WeakMap<ResourceSnapshot, ResourceSnapshot>();
  private readonly variants = new WeakMap<ResourceSnapshot, Map<string, ResourceSnapshot>>();

  constructor(private readonly watch: SnapshotWatch<typeof resources>) {
    for (const [key, resource] of watch.entries()) this.index(key, resource);
    watch.onChange((key, resource) => this.index(key, resource));
  }

  /** The resource of this id or name; waits a moment for one that this process has not heard of yet. */
  find(org: string, reference: string): Promise<ResourceSnapshot | undefined> {
    return this.watch.until(() => this.get(org, reference), findWithinMs);
  }

  /** The resource with what it has of its own in an environment; the same object each time. */
  variantIn(resource: ResourceSnapshot, environment: string): ResourceSnapshot {
    if (!hasEnvironment(resource, environment)) return resource;
    const variants = this.variants.get(resource) ?? new Map<string, ResourceSnapshot>();
    const variant = variants.get(environment) ?? settingsIn(resource, environment);
    this.variants.set(resource, variants.set(environment, variant));
    return variant;
  }

  /** The resource of this id or name, as far as this process has heard of it. */
  get(org: string, reference: string): ResourceSnapshot | undefined {
    const named = this.byName.get(`${org}/${reference}`);
    const found = this.watch.get(`${org}.${reference}`) ?? (named === undefined ? undefined : this.watch.get(named));
    return found === undefined ? undefined : this.completed(found);
  }

  /** What an older registry wrote lacks the settings that came later: they have their defaults. */
  private completed(found: ResourceSnapshot): ResourceSnapshot {
    const known = this.complete.get(found);
    if (known !== undefined) return known;
    const completed = resources.value.parse(found);
    this.complete.set(found, completed);
    return completed;
  }

  private index(key: string, resource: ResourceSnapshot | undefined): void {
    const before = this.nameOf.get(key);
    if (before !== undefined && this.byName.get(before) === key) this.byName.delete(before);
    this.nameOf.delete(key);
    if (resource === undefined) return;
    const name = `${key.slice(0, key.indexOf('.'))}/${resource.name}`;
    this.byName.set(name, key);
    this.nameOf.set(key, name);
  }
}
