import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '@pontage/contracts/events';
import { bodyOf, genesis, hashOf, linkEvent, type Head, type Link } from './chain.js';
import { checkpointKeys, publicJwk, signCheckpoint } from './checkpoint.js';
import { ChainVerifier, verifyChain, type Broken } from './verify-chain.js';

const org = '3f1de2a0-0d3b-4b5e-8c52-94f1a83e5c11';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys = checkpointKeys([publicJwk(publicKey)]);

const draft = (data: AuditEvent['data']) => ({
  id: randomUUID(),
  at: '2026-11-21T10:00:00.000Z',
  action: 'resource.created',
  outcome: 'success' as const,
  actor: { type: 'token' as const, id: 't', display: 'CI' },
  externalIdentifier: null,
  app: null,
  resource: null,
  region: null,
  workerId: null,
  requestId: null,
  executionId: null,
  ip: '203.0.113.7',
  userAgent: 'spec/1',
  changes: null,
  data,
});

function chainOf(count: number, of = org, from: Head = genesis(of)): Link[] {
  const links: Link[] = [];
  for (let index = 0; index < count; index += 1) {
    const before = links.at(-1)?.event ?? from;
    links.push(linkEvent(before, draft({ index, text: `ä\u001f"${index}` })));
  }
  return links;
}

const relink = (events: readonly AuditEvent[]): AuditEvent[] => {
  let head: Head = genesis(org);
  return events.map((event) => {
    const body = bodyOf({ ...event, seq: head.seq + 1 });
    const linked = { ...event, seq: head.seq + 1, prevHash: head.hash, hash: hashOf(head.hash, body) };
    head = linked;
    return linked;
  });
};

const events = chainOf(100).map(({ event }) => event);
const at = (seq: number): AuditEvent => events[seq - 1] as AuditEvent;
const signedAt = (seq: number) => signCheckpoint(org, at(seq), new Date('2026-11-21T11:00:00Z'), privateKey);
const checkpoints = [signedAt(40), signedAt(80), signedAt(100)];
const brokenIn = (changed: readonly AuditEvent[], against = checkpoints): Broken | null =>
  verifyChain(changed, { org, checkpoints: against, keys }).firstBroken;
const edited = (event: AuditEvent): AuditEvent => ({ ...event, outcome: 'denied' });
const rehashed = (event: AuditEvent): AuditEvent => ({ ...event, hash: hashOf(event.prevHash, bodyOf(event)) });
const replaced = (seq: number, by: AuditEvent): AuditEvent[] => events.with(seq - 1, by);

describe('verifyChain', () => {
  it('finds nothing wrong with a chain as it was written', () => {
    expect(verifyChain(events, { org, checkpoints, keys })).toEqual({
      ok: true,
      events: 100,
      checkpoints: 3,
      firstBroken: null,
    });
    expect(verifyChain([], { org, checkpoints: [], keys }).ok).toBe(true);
  });

  it.each<[string, readonly AuditEvent[], number]>([
    ['an edit', replaced(57, edited(at(57))), 57],
    ['an edit with its own hash made right', replaced(57, rehashed(edited(at(57)))), 57],
    ['an edit of the last event with its hash made right', replaced(100, rehashed(edited(at(100)))), 81],
    ['an edited link', replaced(57, { ...at(57), prevHash: at(3).hash }), 57],
    ['a link that is no hash', replaced(57, { ...at(57), prevHash: at(57).prevHash.toUpperCase() }), 57],
    ['a deletion', events.toSpliced(56, 1), 57],
    ['the first event deleted', events.slice(1), 1],
    ['an insertion', events.toSpliced(57, 0, edited(at(57))), 57],
    ['a well-made insertion', events.toSpliced(56, 0, linkEvent(at(56), draft(null)).event), 57],
    [
      'an insertion with the rest renumbered',
      events
        .toSpliced(56, 0, linkEvent(at(56), draft(null)).event)
        .map((event, index) => ({ ...event, seq: index + 1 })),
      57,
    ],
    ['a swap', events.with(56, at(58)).with(57, at(57)), 57],
    ['a swap of numbers', events.with(56, { ...at(58), seq: 57 }).with(57, { ...at(57), seq: 58 }), 57],
    ['a tail cut off', events.slice(0, 90), 91],
    ['everything cut off', [], 1],
    [
      'a deletion with the rest renumbered',
      events.toSpliced(56, 1).map((event, index) => ({ ...event, seq: index + 1 })),
      57,
    ],
    ['a renumbering', replaced(57, { ...at(57), seq: 1057 }), 57],
    ['the whole chain rewritten', relink(replaced(1, edited(at(1)))), 1],
    ['the chain rewritten from the middle', relink(replaced(57, edited(at(57)))), 41],
    ['an older backup', events.slice(0, 60), 61],
    [
      'an older backup that went on',
      [...events.slice(0, 60), ...chainOf(50, org, at(60)).map(({ event }) => event)],
      41,
    ],
    ['another organisation’s chain', chainOf(100, randomUUID()).map(({ event }) => event), 1],
  ])('names the first bad place of %s', (_, changed, seq) => {
    expect(brokenIn(changed)?.seq).toBe(seq);
  });

  it('needs no checkpoint to find what is not consistent', () => {
    expect(brokenIn(replaced(57, edited(at(57))), [])?.seq).toBe(57);
    expect(brokenIn(events.slice(0, 60), [])).toBeNull();
  });

  it('needs no checkpoint for what the verifying process remembers', () => {
    const evidence = { org, checkpoints: [], keys, remembered: [at(100)] };
    expect(verifyChain(events, evidence).ok).toBe(true);
    expect(verifyChain(events.slice(0, 99), evidence).firstBroken?.seq).toBe(100);
    expect(verifyChain(relink(replaced(2, edited(at(2)))), evidence).firstBroken?.seq).toBe(1);
  });

  it('verifies a part from a head that is known', () => {
    const evidence = { org, checkpoints, keys, from: at(60) };
    expect(verifyChain(events.slice(60), evidence)).toMatchObject({ ok: true, events: 40 });
    expect(verifyChain(events.slice(61), evidence).firstBroken?.seq).toBe(61);
    expect(verifyChain(replaced(70, edited(at(70))).slice(60), evidence).firstBroken?.seq).toBe(70);
  });

  it('does not believe a checkpoint that was tampered with', () => {
    const [first] = checkpoints as [(typeof checkpoints)[number]];
    const spelled = first.signature.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1));
    const forged = [
      { ...first, hash: at(39).hash },
      { ...first, at: '2026-11-21T11:00:01.000Z' },
      { ...first, signature: spelled },
      { ...first, keyId: 'x' },
    ];
    for (const each of forged) expect(brokenIn(events, [each])?.seq).toBe(40);
    expect(
      brokenIn(events, [signCheckpoint(org, at(40), new Date(), generateKeyPairSync('ed25519').privateKey)])?.seq,
    ).toBe(40);
    expect(brokenIn(events, [signCheckpoint(randomUUID(), at(40), new Date(), privateKey)])?.seq).toBe(40);
  });

  it('detects each of 1,000 single flipped bits in what is stored', () => {
    const stored = chainOf(50)
      .map(({ event, body }) => `${event.prevHash} ${event.hash} ${body}`)
      .join('\n');
    const bytes = Buffer.from(stored);
    const head = chainEnd(stored);
    const missed = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % bytes.length).filter(
      (place, index) => {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8((bytes[place] ?? 0) ^ (1 << (index % 8)), place);
        return holds(flipped, head);
      },
    );
    expect(missed).toEqual([]);
    expect(holds(bytes, head)).toBe(true);
  });
});

function chainEnd(stored: string): Head {
  const [, hash = ''] = stored.split('\n').at(-1)?.split(' ') ?? [];
  return { seq: stored.split('\n').length, hash };
}

function holds(bytes: Buffer, head: Head): boolean {
  const verifier = new ChainVerifier({ org, checkpoints: [signCheckpoint(org, head, new Date(), privateKey)], keys });
  try {
    for (const line of new TextDecoder('utf-8', { fatal: true }).decode(bytes).split('\n')) {
      const [prevHash = '', hash = ''] = line.split(' ');
      const body = line.slice(prevHash.length + hash.length + 2);
      const event = { ...(JSON.parse(body) as AuditEvent), prevHash, hash };
      if (bodyOf(event) === body) verifier.add(event);
      else verifier.addAltered(event);
    }
  } catch {
    return false;
  }
  return verifier.finish().ok;
}
