import { isDeepStrictEqual } from 'node:util';
import type { ElementOf, PontageClient } from '@pontage/client';
import { resourceSettings } from '@pontage/contracts/resource-registry';
import { stringify } from 'yaml';

type Resource = ElementOf<'listResources'>;

const heading = [
  ' Secrets are not in this file: what stands for one keeps it, here. To bring them elsewhere, write env:NAME or file:PATH in',
  ' its place. Settings that are not named have their defaults.',
].join('\n');

/** What a resource has when nothing is said. */
const defaults: Readonly<Record<string, unknown>> = resourceSettings.parse({
  name: 'any',
  baseUrl: 'https://any.example',
});

/** Writes the resources as a file that `apply` takes. */
export async function exportResources(client: PontageClient, names: readonly string[], json: boolean): Promise<number> {
  const resources: object[] = [];
  if (names.length === 0) for await (const each of client.all('listResources')) resources.push(chosenOf(each));
  for (const id of names) resources.push(chosenOf(await client.call('findResource', { path: { id } })));
  process.stdout.write(json ? `${JSON.stringify({ resources }, null, 2)}\n` : yamlOf(resources));
  return 0;
}

const yamlOf = (resources: readonly object[]): string =>
  `${heading.replaceAll(/^/gm, '#')}\n${stringify({ resources }, { lineWidth: 120 })}`;

function chosenOf(resource: Resource): object {
  const {
    id: _,
    version: _version,
    credentials: _ages,
    createdAt: _created,
    updatedAt: _updated,
    ...chosen
  } = resource;
  const entries = Object.entries(chosen).filter(
    ([name, value]) => ['name', 'baseUrl'].includes(name) || !isDeepStrictEqual(value, defaults[name]),
  );
  return Object.fromEntries(entries.filter(([name, value]) => name !== 'authentication' || !isNone(value)));
}

const isNone = (value: unknown): boolean => isDeepStrictEqual(value, { method: 'none' });
