import { destinationDenied, internal, invalidRequest } from '@pontage/problems';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { LiveSecrets } from './live-secrets.js';
import { OutboundScan, type Exposure } from './outbound-scan.js';

const org = '11111111-1111-4111-8111-111111111111';
const secret = 'hunter2-hunter2-hunter2';
const short = 'hunter2';

let secrets: LiveSecrets;
let scan: OutboundScan;
let exposures: Exposure[];
beforeEach(() => {
  secrets = new LiveSecrets();
  secrets.note(org, [secret, short], 300_000);
  scan = new OutboundScan(secrets);
  exposures = [];
  scan.onExposure((exposure) => exposures.push(exposure));
});

describe('a line of the log', () => {
  it('loses a secret wherever it stands, stays JSON, and is told of with the field', () => {
    const line = `${JSON.stringify({ level: 50, err: { message: `401 for key=${secret}`, stack: `at ${secret}` }, [secret]: 1 })}\n`;
    const clean = JSON.parse(scan.line(line)) as Record<string, unknown>;
    expect(clean).toEqual({ level: 50, err: { message: '401 for key=***', stack: 'at ***' }, '***': 1 });
    expect(exposures).toEqual([
      { owner: org, foundIn: 'log', field: 'err.message' },
      { owner: org, foundIn: 'log', field: 'err.stack' },
      { owner: org, foundIn: 'log', field: 'name' },
    ]);
  });

  it('keeps its form when somebody has a piece of that form as a secret', () => {
    secrets.note(org, ['"level":50,"', 'message', '","stack":"'], 300_000);
    const line = `${JSON.stringify({ level: 50, message: 'fine', stack: 'x' })}\n`;
    expect(scan.line(line)).toBe(line);
    expect(exposures).toEqual([]);
  });

  it('is looked through when it is no JSON', () => {
    expect(scan.line(`${secret}\n`)).not.toContain(secret);
  });
});

describe('a problem', () => {
  it('is masked in detail, pointers and facts, and keeps what the log needs', () => {
    const cause = new Error('the cause');
    const problem = invalidRequest(
      {},
      { detail: `No ${short}.`, errors: [{ pointer: `/x/${secret}`, detail: secret }], cause },
    );
    const clean = scan.problem(problem, org);
    expect(clean.toWire()).toEqual({
      slug: 'invalid-request',
      detail: 'No ***.',
      errors: [{ pointer: '/x/***', detail: '***' }],
    });
    expect([clean.cause, clean.definition]).toEqual([cause, problem.definition]);
    expect(exposures.map(({ field }) => field)).toEqual(['detail', 'errors.0.pointer', 'errors.0.detail']);
  });

  it('is the same object when there is nothing in it', () => {
    const problem = internal({});
    expect(scan.problem(problem, org)).toBe(problem);
  });

  it('tells nobody of the secrets of another organisation', () => {
    const problem = invalidRequest({}, { detail: `No ${secret}.` });
    expect(scan.problem(problem, '22222222-2222-4222-8222-222222222222')).toBe(problem);
  });

  it('is looked through for the secrets of the call itself', () => {
    const problem = destinationDenied({}, { detail: 'api.example/?key=only-of-this-call' });
    expect(scan.problem(problem, org, ['only-of-this-call']).detail).toBe('api.example/?key=***');
  });
});

describe('an answer', () => {
  it('is masked, and a short text in it is data', () => {
    const answer = { data: [{ username: short, note: `it is ${secret}`, at: new Date(0) }] };
    expect(scan.answer(answer, org)).toEqual({ data: [{ username: short, note: 'it is ***', at: new Date(0) }] });
    const clean = { username: short };
    expect(scan.answer(clean, org)).toBe(clean);
  });
});

describe('an event', () => {
  it('keeps who did what to which thing, even when that is a secret of somebody', () => {
    const event = {
      org,
      action: 'x.done',
      actor: { id: secret },
      resource: { id: secret },
      data: { why: `for ${short}` },
      userAgent: secret,
    };
    expect(scan.event(event)).toEqual({ ...event, data: { why: 'for ***' }, userAgent: '***' });
  });
});

describe('a text for the record of a query', () => {
  it('is masked for long secrets of the organisation, and short ones of that query only', () => {
    expect(scan.queryText(`https://a/${secret}/x`, 'target', org, [])).toBe('https://a/***/x');
    expect(scan.queryText(`https://a/${short}/x`, 'target', org, [])).toBe(`https://a/${short}/x`);
    expect(scan.queryText(`https://a/${short}/x`, 'target', org, [short])).toBe('https://a/***/x');
  });

  it('costs a few microseconds', () => {
    secrets.note(
      org,
      Array.from({ length: 1000 }, (_, index) => `${index}-secret-of-somebody`),
      300_000,
    );
    const target = 'https://api.example.com/v1/accounts/8c5f2d/orders/open?';
    const times = Array.from({ length: 9 }, () => {
      const startedAt = performance.now();
      for (let count = 0; count < 2000; count += 1) scan.queryText(target, 'target', org, [secret]);
      return ((performance.now() - startedAt) / 2000) * 1000;
    });
    const best = Math.min(...times);
    process.stdout.write(`scan: the target of a query, 1000 live secrets: ${best.toFixed(2)} µs\n`);
    expect(best).toBeLessThan(20);
  });
});

it('tells of what is found while it is told of to nobody, so that nothing goes round in circles', () => {
  let lines = 0;
  scan.onExposure(() => {
    lines += 1;
    scan.line(JSON.stringify({ message: secret }));
  });
  scan.line(JSON.stringify({ message: secret }));
  expect([exposures.length, lines]).toEqual([1, 1]);
});
