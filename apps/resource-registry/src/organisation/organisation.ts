import { randomUUID } from 'node:crypto';
import type { Organisation } from '@pontage/contracts/resource-registry';
import { invalidRequest } from '@pontage/problems';

/** What is chosen about an organisation. */
export type OrganisationSettings = Pick<
  Organisation,
  'name' | 'defaultRegion' | 'environments' | 'embed' | 'returnOrigins' | 'openResources'
>;

/** An organisation as it begins. */
export function newOrganisation(name: string, defaultRegion: string): Organisation {
  return {
    id: randomUUID(),
    name,
    defaultRegion,
    environments: ['production', 'staging'],
    embed: { allowedOrigins: [] },
    returnOrigins: [],
    openResources: true,
    version: 1,
    createdAt: new Date().toISOString(),
  };
}

/** The part of an organisation that can be chosen. */
export function settingsOf({
  name,
  defaultRegion,
  environments,
  embed,
  returnOrigins,
  openResources,
}: Organisation): OrganisationSettings {
  return { name, defaultRegion, environments, embed, returnOrigins, openResources };
}

/** @throws invalidRequest for an environment or an origin that is named twice */
export function refuseRepeats({ environments, embed, returnOrigins }: OrganisationSettings): void {
  const errors = [
    ...repeatsIn(environments, '/environments'),
    ...repeatsIn(embed.allowedOrigins, '/embed/allowedOrigins'),
    ...repeatsIn(returnOrigins, '/returnOrigins'),
  ];
  if (errors.length > 0) throw invalidRequest({}, { errors });
}

const repeatsIn = (values: readonly string[], pointer: string) =>
  values.flatMap((value, index) =>
    values.indexOf(value) < index ? [{ pointer: `${pointer}/${index}`, detail: 'It is there already.' }] : [],
  );
