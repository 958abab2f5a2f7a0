import { hasEnvironment, settingsIn, type ResourceDraft } from '@pontage/contracts/resource-registry';

/** A resource as it is everywhere, or in one environment. */
export interface Variant {
  /** Null: where no environment says otherwise. */
  readonly environment: string | null;
  /** Where what it has of its own stands among the resource's settings. */
  readonly pointer: string;
  readonly own: ResourceDraft['environments'][string];
  /** Everything that counts there. */
  readonly settings: ResourceDraft;
}

/** The resource as it is everywhere, and in each environment that has something of its own. */
export const variantsOf = (settings: ResourceDraft): Variant[] => [
  variantIn(settings, null),
  ...Object.keys(settings.environments).map((environment) => variantIn(settings, environment)),
];

/** The resource in an environment, whether it has something of its own there or not; null: everywhere. */
export function variantIn(settings: ResourceDraft, environment: string | null): Variant {
  if (environment === null) {
    const { environments: _, name: _name, description: _description, type: _type, ...own } = settings;
    return { environment, pointer: '', own, settings };
  }
  return {
    environment,
    pointer: `/environments/${environment}`,
    own: (hasEnvironment(settings, environment) ? settings.environments[environment] : undefined) ?? {},
    settings: settingsIn(settings, environment),
  };
}

type Destination = Pick<ResourceDraft, 'baseUrl' | 'region' | 'regionPolicy' | 'tls'>;

/**
 * True when requests of `other` go where those of `one` go, in the same way: a secret that was given for one is not taken to
 * another. From fewer regions they may go.
 */
export function isSameDestination(one: Destination, other: Destination): boolean {
  return (
    one.baseUrl === other.baseUrl &&
    one.region === other.region &&
    other.regionPolicy.fallback.every((id) => (one.regionPolicy.fallback as readonly string[]).includes(id)) &&
    one.tls.allowSelfSigned === other.tls.allowSelfSigned &&
    one.tls.ca === other.tls.ca &&
    one.tls.clientCertificate === other.tls.clientCertificate &&
    JSON.stringify(one.tls.clientKey) === JSON.stringify(other.tls.clientKey)
  );
}
