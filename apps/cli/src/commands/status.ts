import type { ElementOf, PontageClient } from '@pontage/client';

type Region = ElementOf<'listRegions'>;

/** Whether the gateway can do its work, and the workers that it sees. */
export async function status(client: PontageClient, json: boolean): Promise<number> {
  const answer = await client.request('GET', '/readyz');
  await answer.arrayBuffer();
  const { data: regions } = await client.call('listRegions');
  const ready = answer.ok && regions.some(({ workers }) => workers.length > 0);
  if (json) process.stdout.write(`${JSON.stringify({ url: client.url, ready, regions })}\n`);
  else
    process.stdout.write(
      `${[`${client.url} is ${ready ? 'ready' : 'not ready'}`, ...regions.map(lineOf)].join('\n')}\n`,
    );
  return ready ? 0 : 1;
}

const lineOf = ({ id, state, workers }: Region): string => {
  const busy = workers.reduce((sum, { inflight }) => sum + inflight, 0);
  return `  ${id}: ${state}, ${workers.length} worker${workers.length === 1 ? '' : 's'}, ${busy} in flight`;
};
