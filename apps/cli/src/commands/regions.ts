import type { InputOf, PontageClient } from '@pontage/client';
import { InvalidArgumentError, type Command } from 'commander';
import { regionTable } from './region-table.js';
import type { CommandContext } from './resources/add-resource-commands.js';

type Change = InputOf<'updateRegion'>['body'];

/** Adds `pontage regions …`. */
export function addRegionCommands(program: Command, { client, isJson, exitWith }: CommandContext): void {
  const regions = program
    .command('regions')
    .description('list the regions: what they take, their workers, and how these do')
    .action(async () => exitWith(await listRegions(client(), isJson())));
  const change = async (id: string, body: Change): Promise<void> =>
    exitWith(show(await client().call('updateRegion', { path: { id }, body }), isJson()));
  regions
    .command('drain <region>')
    .description('send new queries elsewhere, as far as they may go elsewhere')
    .option('--worker <id>', 'only this worker of it')
    .action(async (id: string, { worker: workerId }: { worker?: string }) => {
      if (workerId === undefined) return change(id, { state: 'draining' });
      return exitWith(show(await client().call('drainWorker', { path: { id, workerId } }), isJson()));
    });
  regions
    .command('cap <region> <requests>')
    .description('limit the requests that its workers have in hand together; "none" ends that')
    .action(async (id: string, requests: string) => change(id, { maxInflight: capOf(requests) }));
  regions
    .command('open <region>')
    .description('take new queries')
    .action(async (id: string) => change(id, { state: 'open' }));
  regions
    .command('close <region>')
    .description('take no new queries; what is in hand ends')
    .action(async (id: string) => change(id, { state: 'closed' }));
}

async function listRegions(client: PontageClient, json: boolean): Promise<number> {
  const data = [];
  for await (const region of client.all('listRegions')) data.push(region);
  process.stdout.write(json ? `${JSON.stringify({ data })}\n` : regionTable(data));
  return 0;
}

function show(region: Parameters<typeof regionTable>[0][number], json: boolean): number {
  process.stdout.write(json ? `${JSON.stringify(region)}\n` : regionTable([region]));
  return 0;
}

function capOf(text: string): number | null {
  if (text === 'none') return null;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('A whole number or "none" is needed.');
  return Number(text);
}
