import * as auditLog from '@pontage/contracts/audit-log';
import * as authBroker from '@pontage/contracts/auth-broker';
import * as embedSession from '@pontage/contracts/embed-session';
import * as queryProxy from '@pontage/contracts/query-proxy';
import * as resourceRegistry from '@pontage/contracts/resource-registry';
import { contracts, services, type RequestContract } from '@pontage/contracts';
import { describe, expect, it } from '@jest/globals';
import { problemCatalogue } from '@pontage/problems';
import { sources, textOf } from '../tree.js';

const isContract = (value: unknown): value is RequestContract =>
  typeof value === 'object' && value !== null && 'callers' in value && 'subject' in value;
const named = [auditLog, authBroker, embedSession, queryProxy, resourceRegistry].flatMap((room) =>
  Object.entries<unknown>(room).flatMap(([name, value]: [string, unknown]) =>
    isContract(value) ? [{ name, contract: value }] : [],
  ),
);
/** `app/name` of every contract that a class, or a process without Nest, says it serves. */
const served = sources.flatMap((path) => {
  const app = /^apps\/([^/]+)\//.exec(path)?.[1];
  return app === undefined
    ? []
    : [...textOf(path).matchAll(/(?:@serves\(|bus\.serve\()(\w+)[,)]/g)].map(([, name = '']) => `${app}/${name}`);
});

describe('the contracts', () => {
  it('are all known to the list that permissions come from', () => {
    expect(named.map(({ contract }) => contract.subject).sort()).toEqual(
      contracts.map(({ subject }) => subject).sort(),
    );
    expect(new Set(contracts.map(({ subject }) => subject)).size).toBe(contracts.length);
  });

  it.each(named)('name service, noun and verb, callers, a deadline and problems that exist: $name', ({ contract }) => {
    expect(contract.subject).toMatch(/^v1\.[a-z-]+\.[a-z-]+\.[a-z-]+(?:\.\{instance\})?$/);
    expect(contract.subject.endsWith('.{instance}')).toBe(contract.sealed);
    expect(services).toContain(contract.service);
    expect(contract.callers.length).toBeGreaterThan(0);
    expect(contract.callers).not.toContain(contract.service);
    expect(contract.deadlineMs).toBeGreaterThan(0);
    expect(contract.problems.filter(({ slug }) => !problemCatalogue.has(slug))).toEqual([]);
  });

  it('have exactly one server each, in their own service', () => {
    expect([...served].sort()).toEqual(named.map(({ name, contract }) => `${contract.service}/${name}`).sort());
  });
});
