import { PontageProblem, type AnswerOf, type PontageClient } from '@pontage/client';
import { planText } from './plan-text.js';
import { readResourceFiles, type ResourceEntries } from './resource-file.js';

/** Which resources, and whether others go. */
export interface SetOptions {
  readonly file: readonly string[];
  readonly prune?: boolean;
}

type Applied = AnswerOf<'applyResources'>;

/** Somebody else may change a resource between plan and apply; then it is planned anew so often. */
const tries = 3;

/** Prints what `apply` would do. */
export async function planResources(client: PontageClient, options: SetOptions, json: boolean): Promise<number> {
  const plan = await client.call('planResources', { body: await setOf(client, options) });
  process.stdout.write(json ? `${JSON.stringify(plan)}\n` : `${planText(plan.changes)}\n`);
  return 0;
}

/** Prints where the resources differ from the files; 1 when they do. */
export async function diffResources(client: PontageClient, options: SetOptions, json: boolean): Promise<number> {
  const { changes } = await client.call('planResources', { body: await setOf(client, options) });
  const differing = changes.filter(({ action }) => action !== 'none');
  if (json) process.stdout.write(`${JSON.stringify({ changes: differing })}\n`);
  else if (differing.length > 0) process.stdout.write(`${planText(differing)}\n`);
  return differing.length === 0 ? 0 : 1;
}

/** Brings the resources to what the files say, and prints what that took. */
export async function applyResources(client: PontageClient, options: SetOptions, json: boolean): Promise<number> {
  const applied = await apply(client, await setOf(client, options));
  process.stdout.write(json ? `${JSON.stringify(applied)}\n` : `${planText(applied.changes)}\n`);
  return 0;
}

async function apply(client: PontageClient, set: { resources: ResourceEntries; prune: boolean }): Promise<Applied> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.call('applyResources', { body: set });
    } catch (error) {
      const isRace = error instanceof PontageProblem && error.code === 'precondition-failed';
      if (!isRace || attempt === tries) throw error;
    }
  }
}

const setOf = async (client: PontageClient, { file, prune = false }: SetOptions) => ({
  resources: await readResourceFiles(client, file),
  prune,
});
