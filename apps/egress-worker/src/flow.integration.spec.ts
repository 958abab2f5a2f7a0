import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeFrame, type Frame } from '@pontage/bus';
import { queryOutcomeSubject, type QueryOutcome } from '@pontage/contracts/events';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import type { NatsConnection } from '@nats-io/transport-node';
import { Bench } from './testing/bench.js';
import type { Sent, WorkerClient } from './testing/worker-client.js';

describe('the flow around an answer', () => {
  let bench: Bench;
  let upstream: Upstream;
  let client: WorkerClient;
  let operator: NatsConnection;
  const tapped: { subject: string; data: Uint8Array }[] = [];
  let onTap: () => void = () => undefined;

  beforeAll(async () => {
    [bench, upstream] = await Promise.all([Bench.open(), startUpstream()]);
    client = await bench.clientOf();
    operator = await bench.stack.operator();
    operator.subscribe('>', {
      callback: (_, { subject, data }) => {
        tapped.push({ subject, data });
        onTap();
      },
    });
    await operator.flush();
  });
  afterAll(async () => {
    await bench.stop();
    await upstream.stop();
  });

  /** Waits until the wiretap has heard something. */
  const heard = <T>(ask: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      onTap = () => {
        const value = ask();
        if (value !== undefined) resolve(value);
      };
      onTap();
    });
  const outcomeOf = ({ dispatch }: Sent): Promise<QueryOutcome> =>
    heard(() =>
      tapped
        .filter(({ subject }) => subject === queryOutcomeSubject)
        .flatMap(({ data }) => JSON.parse(Buffer.from(data).toString()) as QueryOutcome[])
        .find(({ executionId, attempt }) => executionId === dispatch.executionId && attempt === dispatch.attempt),
    );
  const isSealed = (sent: Sent, type: Frame['type']) =>
    sent.sealed[sent.frames.findIndex((frame) => frame.type === type)];
  const accepted = (sent: Sent) => sent.frames.flatMap((frame) => (frame.type === 'accepted' ? [frame.head] : []));

  describe('signs of life', () => {
    it('come when there is no head after a quarter of a second, then every second, and say how far it is', async () => {
      const sent = client.send({ request: { url: `${upstream.url}/slow-head?ms=2500` } });
      await sent.answer();
      expect(accepted(sent).length).toBeGreaterThanOrEqual(2);
      expect(accepted(sent).length).toBeLessThanOrEqual(3);
      expect(accepted(sent)[0]).toEqual({ stage: 'head', region: 'eu-central-1', workerId: client.worker });
    });

    it('go on in the middle of a body', async () => {
      const sent = client.send({ request: { url: `${upstream.url}/slow-body?ms=1300&pieces=2` } });
      await sent.answer();
      expect(accepted(sent).map(({ stage }) => stage)).toEqual(['body', 'body']);
    });
  });

  describe('a cancellation', () => {
    it.each(['slow-head?ms=60000', 'slow-body?ms=60000', 'endless'])(
      'ends %s and its connection',
      async (behaviour) => {
        await using slow = await startUpstream();
        const sent = client.send({ recorded: true, request: { url: `${slow.url}/${behaviour}` } });
        await slow.received(() => true);
        client.cancel(sent.dispatch.executionId);
        expect(await sent.receipt()).toMatchObject({ problem: 'client-gone' });
        expect(await outcomeOf(sent)).toMatchObject({ problem: 'client-gone', superseded: false });
        await slow.quiet();
        expect(sent.frames.map(({ type }) => type)).toEqual(expect.not.arrayContaining(['problem', 'end']));
      },
    );

    it('ends an upload whose client broke off', async () => {
      await using slow = await startUpstream();
      const sent = client.send(
        { request: { method: 'POST', url: `${slow.url}/upload`, body: { kind: 'pulled', bytes: 1000 } } },
        { upload: [Buffer.from('a'), undefined][Symbol.iterator]() },
      );
      await slow.received(() => true);
      sent.flow({ type: 'cut' });
      expect(await sent.receipt()).toMatchObject({ problem: 'client-gone' });
      await slow.quiet();
    });

    it('of something else does nothing', async () => {
      client.cancel('00000000-0000-4000-8000-000000000000');
      expect((await client.fetch({ request: { url: `${upstream.url}/status/200` } })).status).toBe(200);
    });
  });

  describe('a kept answer', () => {
    it('waits for its verdict and goes on when it is released', async () => {
      const sent = client.send({ keep: [401], request: { url: `${upstream.url}/auth/bearer` } });
      const { head } = await sent.frame('kept');
      expect(head).toMatchObject({ executionId: sent.dispatch.executionId, attempt: 1, status: 401 });
      expect(head.headers).toContainEqual(['www-authenticate', 'Bearer realm="orders"']);
      expect(isSealed(sent, 'kept')).toBe(true);
      sent.flow({ type: 'release' });
      expect(await sent.answer()).toMatchObject({ status: 401 });
    });

    it.each(['GET', 'HEAD'])(
      'of %s is dropped when another attempt follows, which is said in its outcome',
      async (method) => {
        const sent = client.send({
          keep: [401],
          recorded: true,
          request: { method, url: `${upstream.url}/auth/bearer` },
        });
        await sent.frame('kept');
        sent.flow({ type: 'discard' });
        expect(await sent.receipt()).toMatchObject({ status: 401, problem: null });
        expect(await outcomeOf(sent)).toMatchObject({ status: 401, superseded: true });
        const headers = [['Authorization', `Bearer ${upstream.credentials.bearer}`]] as const;
        const { executionId } = sent.dispatch;
        const next = client.send({
          executionId,
          attempt: 2,
          keep: [401],
          request: { method, url: `${upstream.url}/auth/bearer`, headers },
        });
        expect(await next.answer()).toMatchObject({ status: 200 });
        expect(sent.frames.map(({ type }) => type)).toEqual(expect.not.arrayContaining(['head', 'whole', 'problem']));
      },
    );

    it('that has no body and ended meanwhile goes on all the same', async () => {
      const sent = client.send({ keep: [204], request: { url: `${upstream.url}/status/204` } });
      await sent.frame('kept');
      sent.flow({ type: 'release' });
      expect(await sent.answer()).toMatchObject({ status: 204, bytes: 0 });
    });
  });

  it('a second attempt of an execution takes the place of the first', async () => {
    const first = client.send({ recorded: true, request: { url: `${upstream.url}/slow-head?ms=60000` } });
    await upstream.received(({ target }) => target === '/slow-head?ms=60000');
    const second = client.send({
      executionId: first.dispatch.executionId,
      attempt: 2,
      request: { url: `${upstream.url}/status/200` },
    });
    expect((await second.answer()).status).toBe(200);
    expect(await outcomeOf(first)).toMatchObject({ superseded: true, attempt: 1 });
  });

  describe('the outcome', () => {
    it('is in the record before the last frame leaves', async () => {
      for (const [path, status, problem] of [
        ['status/200?body=x', 200, null],
        ['download?bytes=300000', 200, null],
        ['hangup', null, 'upstream-broken'],
      ] as const) {
        const sent = client.send({ recorded: true, request: { url: `${upstream.url}/${path}` } });
        const outcome = await outcomeOf(sent);
        expect(outcome).toMatchObject({
          status,
          problem,
          region: 'eu-central-1',
          workerId: client.worker,
          org: sent.dispatch.org,
        });
        await heard(() => lastFrameAt(sent));
        const outcomeAt = tapped.findIndex(
          ({ subject, data }) => subject === queryOutcomeSubject && Buffer.from(data).includes(outcome.executionId),
        );
        expect(outcomeAt).toBeLessThan(lastFrameAt(sent) ?? -1);
      }
    });

    it('is not written for what has no intent', async () => {
      const silent = client.send({ request: { url: `${upstream.url}/status/200` } });
      await silent.receipt();
      await outcomeOf(await answered(client.send({ recorded: true, request: { url: `${upstream.url}/status/200` } })));
      expect(
        tapped.some(
          ({ subject, data }) =>
            subject === queryOutcomeSubject && Buffer.from(data).includes(silent.dispatch.executionId),
        ),
      ).toBe(false);
    });

    const answered = async (sent: Sent): Promise<Sent> => (await sent.answer(), sent);
    const lastFrameAt = ({ dispatch }: Sent): number | undefined => {
      const at = tapped.findIndex(
        ({ subject, data }) =>
          subject === dispatch.answerTo.inbox && ['whole', 'end', 'problem'].includes(decodeFrame(data).type),
      );
      return at === -1 ? undefined : at;
    };
  });

  describe('sealing', () => {
    const secret = 'sw0rdfish/ü"+&';
    const tappedBytes = (): Buffer => Buffer.concat(tapped.map(({ data }) => data));

    it('covers every frame when the reader asked for it', async () => {
      const sealed = client.send({ seals: true, request: { url: `${upstream.url}/slow-body?ms=1300&pieces=2` } });
      await sealed.answer();
      expect(sealed.frames.filter(({ type }) => type !== 'receipts').length).toBeGreaterThan(2);
      expect(sealed.sealed.filter((_, index) => sealed.frames[index]?.type !== 'receipts')).not.toContain(false);
    });

    it.each([
      ['as it is', (text: string) => text],
      ['in base64', (text: string) => Buffer.from(text).toString('base64')],
      ['in base64 behind something', (text: string) => Buffer.from(`aladdin:${text}`).toString('base64')],
      ['percent-encoded', encodeURIComponent],
      ['in JSON', (text: string) => JSON.stringify({ you: text })],
    ])('hides a value that the upstream repeats %s', async (_, spell) => {
      tapped.length = 0;
      const text = spell(secret);
      const sent = client.send({
        recorded: true,
        injected: [secret],
        request: { url: `${upstream.url}/reflect?text=${encodeURIComponent(text)}` },
      });
      expect((await sent.answer()).body.toString()).toBe(`You said: ${text}\n`);
      expect(isSealed(sent, 'whole')).toBe(true);
      expect(tappedBytes().includes(text)).toBe(false);
      expect(await outcomeOf(sent)).toMatchObject({ credentialEchoed: true });
    });

    it('tells the record of what is sealed anyway, too, and of nothing that it has not seen', async () => {
      const sealed = { recorded: true, seals: true, request: { url: `${upstream.url}/reflect?text=sw0rdfish` } };
      const told = async (text: string) => {
        const sent = client.send({ ...sealed, injected: [text] });
        return sent.answer().then(async () => (await outcomeOf(sent)).credentialEchoed);
      };
      expect([await told('sw0rdfish'), await told('another')]).toEqual([true, undefined]);
    });

    it('hides a value in a header', async () => {
      tapped.length = 0;
      const sent = client.send({
        injected: ['t0psecret'],
        request: { url: `${upstream.url}/headers?X-Debug=Bearer%20t0psecret` },
      });
      expect((await sent.answer()).headers).toContainEqual(['X-Debug', 'Bearer t0psecret']);
      expect(tappedBytes().includes('t0psecret')).toBe(false);
    });

    it('hides a value in the middle of a stream, also one that comes in two pieces', async () => {
      tapped.length = 0;
      const sent = client.send({
        injected: ['piece 2\npiece 1'],
        request: { url: `${upstream.url}/slow-body?ms=50&pieces=3` },
      });
      expect((await sent.answer()).body.toString()).toBe('piece 3\npiece 2\npiece 1\n');
      expect(sent.frames.map(({ type }) => type)).toContain('chunk');
      expect(tappedBytes().includes('piece 1')).toBe(false);
      expect(tappedBytes().includes('piece 2')).toBe(false);
    });

    it('covers what cannot be looked into', async () => {
      const sent = client.send({ injected: [secret], request: { url: `${upstream.url}/encoded/gzip` } });
      await sent.answer();
      expect(isSealed(sent, 'whole')).toBe(true);
    });

    it('leaves an answer in clear that holds none of the values', async () => {
      const sent = client.send({ injected: [secret], request: { url: `${upstream.url}/reflect?text=nothing` } });
      await sent.answer();
      expect(isSealed(sent, 'whole')).toBe(false);
    });
  });

  it('answers nobody but the reader and the sender that the dispatch came from', async () => {
    const inbox = '_INBOX.auth-broker.AAAAAAAAAAAAAAAAAAAAAA.r.x';
    tapped.length = 0;
    client.send({ inboxes: inbox, request: { url: `${upstream.url}/status/200` } });
    await client.fetch({ request: { url: `${upstream.url}/status/200` } });
    expect(tapped.some(({ subject }) => subject === inbox)).toBe(false);
  });
});
