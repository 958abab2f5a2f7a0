import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import pg from 'pg';
import { startStack, type Stack } from './start-stack.js';

describe('startStack', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  const ask = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it('gives each service a role that row-level security holds for', async () => {
    for (const role of ['resource_registry', 'auth_broker', 'embed_session', 'audit_log', 'pontage_owner']) {
      const rows = await ask(
        stack.databaseUrl(role),
        'SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user',
      );
      expect(rows).toEqual([{ rolname: role, rolsuper: false, rolbypassrls: false }]);
    }
  });

  it('lets only the owner make schemas', async () => {
    await ask(stack.postgres.ownerUrl, 'CREATE SCHEMA probe');
    await expect(ask(stack.databaseUrl('audit_log'), 'CREATE SCHEMA mine')).rejects.toThrow(/permission denied/);
  });

  it('lets a service on the bus', async () => {
    const bus = await stack.busOf('egress-worker', 'us-west-2');
    expect(bus.identity.region).toBe('us-west-2');
  });

  it('keeps what was acknowledged when the servers are killed', async () => {
    await ask(stack.postgres.ownerUrl, 'CREATE TABLE probe.kept (id int); INSERT INTO probe.kept VALUES (1)');
    const operator = await stack.operator();
    await (await jetstreamManager(operator)).streams.add({ name: 'PROBE', subjects: ['probe.>'] });
    await jetstream(operator).publish('probe.kept', 'x');

    await Promise.all([stack.restartNats(), stack.restartPostgres()]);

    expect(await ask(stack.postgres.ownerUrl, 'SELECT id FROM probe.kept')).toEqual([{ id: 1 }]);
    expect((await (await jetstreamManager(await stack.operator())).streams.info('PROBE')).state.messages).toBe(1);
  });
});
