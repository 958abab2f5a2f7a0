import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import { draftCredential } from '@pontage/contracts/auth-broker';
import { startStack } from '@pontage/testkit';

const call: Call = { org: randomUUID(), principal: { type: 'service', id: 'test', display: 'test' }, requestId: 'r1' };

it('whoever waits for a process that is lost is told so at once, and not when the call would have had to be answered', async () => {
  await using stack = await startStack();
  const [gateway, broker] = await Promise.all([stack.busOf('gateway'), stack.busOf('auth-broker')]);
  let answer = (): void => undefined;
  const inHand = new Promise<void>((resolve) => {
    broker.serve(draftCredential, async () => {
      resolve();
      await new Promise<void>((late) => (answer = late));
      return { draftId: randomUUID() };
    });
  });
  await broker.connection.flush();
  const waiting = gateway.request(draftCredential, { authentication: { method: 'none' } }, call);
  const told = expect(waiting).rejects.toMatchObject({ slug: 'unavailable' });
  await inHand;
  const begun = performance.now();
  // As its silence does, which takes a second longer.
  gateway.presence.forget('auth-broker', broker.identity.instance);
  await told;
  expect(performance.now() - begun).toBeLessThan(500);
  answer();
});
