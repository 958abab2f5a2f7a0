import type { AnswerOf, InputOf, PontageClient } from '@pontage/client';
import { testTable } from './test-table.js';

/** What `pontage resources test` was given. */
export interface TestOptions {
  readonly environment?: string;
  readonly region?: string;
  readonly path?: string;
  readonly method?: string;
}

type Body = InputOf<'testResource'>['body'];

/** Tests the connection of a resource and prints how each stage went; 1 when one of them failed. */
export async function testResource(
  client: PontageClient,
  name: string,
  options: TestOptions,
  json: boolean,
): Promise<number> {
  // A method or region that there is not is for the gateway to refuse: it says which there are.
  const body = { ...options } as Body;
  const test: AnswerOf<'testResource'> = await client.call('testResource', { path: { resource: name }, body });
  process.stdout.write(json ? `${JSON.stringify(test)}\n` : testTable(test));
  return test.ok ? 0 : 1;
}
