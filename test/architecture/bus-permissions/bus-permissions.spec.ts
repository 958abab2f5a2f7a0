import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, services, subjectOf } from '@pontage/contracts';
import { busUsers, type BusUser } from '@pontage/contracts/permissions';
import { startStack, type Stack } from '@pontage/testkit';
import { runQuerySubject } from '@pontage/contracts/query-proxy';
import { covers, readTable, renderTable } from './permission-table.js';
import { catalogue, greedy } from './subjects.js';
import { WireClient, type Attempt, type Verdict } from './wire-client.js';

const regions = ['us-west-2', 'eu-central-1'];
const tableFile = join(import.meta.dirname, 'permission-table.txt');
const table = () => readTable(readFileSync(tableFile, 'utf8'));

/** What the table says of an attempt. `subject queue` lets in that queue group and nothing else. */
function verdictOf(user: BusUser, { operation, subject, queue }: Attempt): Verdict {
  const allowed = user[operation].some((permission) => {
    const [pattern = '', group] = permission.split(' ');
    return (group === undefined || group === queue) && covers(pattern, subject);
  });
  return allowed ? 'allowed' : 'refused';
}

function attemptsOf(users: readonly BusUser[]): Attempt[] {
  const subjects = catalogue(
    regions,
    users.map(({ name }) => name),
  );
  const groups = [...services, 'somebody'];
  return [
    ...subjects.map((subject) => ({ operation: 'publish', subject }) as const),
    ...[...subjects, ...greedy].map((subject) => ({ operation: 'subscribe', subject }) as const),
    ...[
      ...contracts.map(({ subject }) => subjectOf(subject, { instance: 'A'.repeat(22) })),
      subjectOf(runQuerySubject, { instance: 'A'.repeat(22) }),
      ...greedy,
    ].flatMap((subject) => groups.map((queue) => ({ operation: 'subscribe', subject, queue }) as const)),
  ];
}

describe('the permissions of the bus', () => {
  it('are the table that is committed', () => {
    const rendered = renderTable(busUsers(regions));
    // Run with PONTAGE_WRITE_TABLE=1 after a change, and read the diff: it is what the change allows.
    if (process.env.PONTAGE_WRITE_TABLE === '1') writeFileSync(tableFile, rendered);
    expect(rendered).toBe(readFileSync(tableFile, 'utf8'));
  });

  it('let nobody hear everything, and everybody speak for himself only', () => {
    for (const { name, publish, subscribe } of table()) {
      expect({ name, wide: subscribe.filter((subject) => /^(?:[*>$]|_INBOX\.[*>]|v1\.[*>])/.test(subject)) }).toEqual({
        name,
        wide: [],
      });
      expect({
        name,
        wide: publish.filter((subject) =>
          /^(?:[*>]|_INBOX\.[*>]|v1\.[*>]|\$JS\.API\.[*>]|\$JS\.API\.\w+\.[*>]|\$KV\.[*>])/.test(subject),
        ),
      }).toEqual({ name, wide: [] });
    }
  });
});

describe('a real nats-server with these permissions', () => {
  let stack: Stack;
  const login = (user: string) => WireClient.login(stack.nats.url, user, stack.natsPassword(user));

  beforeAll(async () => {
    stack = await startStack({ regions });
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  it('allows and refuses every user every subject exactly as the table says', async () => {
    const users = table();
    const attempts = attemptsOf(users);
    const counts = { publish: { allowed: 0, refused: 0 }, subscribe: { allowed: 0, refused: 0 } };
    const differences: string[] = [];
    for (const user of users) {
      const client = await login(user.name);
      const verdicts = await client.tryAll(attempts);
      for (const [index, attempt] of attempts.entries()) {
        const verdict = verdicts[index] ?? 'refused';
        counts[attempt.operation][verdict] += 1;
        if (verdict !== verdictOf(user, attempt))
          differences.push(
            `${user.name}: ${attempt.operation} ${attempt.subject} ${attempt.queue ?? ''} is ${verdict}`,
          );
      }
      client.close();
    }
    process.stdout.write(
      `bus permissions: ${users.length} users × ${attempts.length} attempts: ${JSON.stringify(counts)}, differences ${differences.length}\n`,
    );
    expect(differences).toEqual([]);
    expect(counts.publish.allowed).toBeGreaterThan(users.length);
    expect(counts.subscribe.refused).toBeGreaterThan(users.length * greedy.length * 0.9);
  }, 120_000);

  it('refuses a wrong password, another user’s password, no password and an unknown user', async () => {
    let refused = 0;
    const users = table();
    for (const [index, { name }] of users.entries()) {
      const other = users[(index + 1) % users.length]?.name ?? '';
      for (const password of ['wrong', '', stack.natsPassword(other)]) {
        await expect(WireClient.login(stack.nats.url, name, password)).rejects.toThrow(/authorization violation/i);
        refused += 1;
      }
    }
    await expect(WireClient.login(stack.nats.url, 'nobody', '')).rejects.toThrow(/authorization violation/i);
    process.stdout.write(`bus passwords: ${refused + 1} of ${users.length * 3 + 1} wrong logins refused\n`);
  }, 60_000);

  it('refuses a captured command from everybody who may not send it', async () => {
    let refused = 0;
    for (const user of table()) {
      const client = await login(user.name);
      for (const { subject, callers } of contracts) {
        if (callers.some((caller) => caller === user.name)) continue;
        const captured = JSON.stringify({
          call: { org: crypto.randomUUID(), principal: { type: 'service', id: 'x', display: 'x' }, requestId: 'r' },
          input: {},
        });
        expect(
          await client.replay(
            subjectOf(subject, { instance: 'A'.repeat(22) }),
            '_INBOX.gateway.captured.r.1',
            captured,
          ),
        ).toBe('refused');
        refused += 1;
      }
      client.close();
    }
    process.stdout.write(`bus replays: ${refused} captured commands refused\n`);
  }, 60_000);
});
