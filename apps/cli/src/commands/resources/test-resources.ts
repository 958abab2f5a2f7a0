import type { AnswerOf, InputOf, PontageClient } from '@pontage/client';
import { readResourceFiles } from './resource-file.js';
import { testTable } from './test-table.js';

/** What `pontage resources test` was given. */
export interface TestOptions {
  readonly file?: readonly string[];
  readonly environment?: string;
  readonly region?: string;
  readonly path?: string;
  readonly method?: string;
}

type Test = AnswerOf<'testResource'>;
type Body = InputOf<'testResource'>['body'];
type UnsavedBody = InputOf<'testUnsavedResource'>['body'];

/**
 * Tests the connections of resources by their names, and of those in files as they would be saved, and prints how each stage
 * went; 1 when one of them failed.
 */
export async function testResources(
  client: PontageClient,
  names: readonly string[],
  { file = [], ...options }: TestOptions,
  json: boolean,
): Promise<number> {
  const unsaved = await readResourceFiles(client, file);
  const results: { readonly resource: string; readonly test: Test }[] = [];
  for (const resource of names) {
    // A method or region that there is not is for the gateway to refuse: it says which there are.
    const body = { ...options } as Body;
    results.push({ resource, test: await client.call('testResource', { path: { resource }, body }) });
  }
  for (const resource of unsaved) {
    const body = { ...options, resource } as UnsavedBody;
    results.push({ resource: resource.name, test: await client.call('testUnsavedResource', { body }) });
  }
  const tables = results.map(
    ({ resource, test }) => `${results.length === 1 ? '' : `${resource}\n`}${testTable(test)}`,
  );
  const [only] = results;
  process.stdout.write(json ? `${JSON.stringify(results.length === 1 ? only?.test : results)}\n` : tables.join('\n'));
  return results.every(({ test }) => test.ok) ? 0 : 1;
}
