/** A text that breaks a rule, and which one. */
export interface Violation {
  /** What it says, for the test's name. */
  readonly says: string;
  /** A file that exists: the text is linted as if it stood there. */
  readonly file: string;
  readonly text: string;
  readonly rule: string;
  /** The rule asks for types, which take a program of the whole tree. */
  readonly types?: true;
  /** A piece of the complaint, where the rule has more than one. */
  readonly message?: RegExp;
}

const boundary = '@nx/enforce-module-boundaries';
const imports = '@typescript-eslint/no-restricted-imports';

/** One of each kind that eslint.config.mjs refuses. */
export const violations: readonly Violation[] = [
  {
    says: 'an app that imports an app',
    file: 'apps/gateway/src/settings.ts',
    text: `export { x } from '@pontage/auth-broker';`,
    rule: boundary,
  },
  {
    says: 'an app that reaches into another one by path',
    file: 'apps/gateway/src/settings.ts',
    text: `export { x } from '../../auth-broker/src/settings.js';`,
    rule: boundary,
    message: /relative/,
  },
  {
    says: 'a contract that imports an adapter',
    file: 'libs/contracts/src/page.ts',
    text: `export { Bus } from '@pontage/bus';`,
    rule: boundary,
  },
  {
    says: 'a contract that imports something from npm besides zod',
    file: 'libs/contracts/src/page.ts',
    text: `export { fetch } from 'undici';`,
    rule: boundary,
    message: /not allowed to import "undici"/,
  },
  {
    says: 'a contract that imports a module of Node',
    file: 'libs/contracts/src/page.ts',
    text: `export { readFileSync } from 'node:fs';`,
    rule: imports,
  },
  {
    says: 'a domain library that imports an adapter',
    file: 'libs/egress-policy/src/allowance.ts',
    text: `export { createLogger } from '@pontage/telemetry';`,
    rule: boundary,
  },
  {
    says: 'a domain library that imports Nest',
    file: 'libs/egress-policy/src/allowance.ts',
    text: `export { Module } from '@nestjs/common';`,
    rule: boundary,
    message: /not allowed to import "@nestjs/,
  },
  {
    says: 'a domain library that imports TypeORM',
    file: 'libs/auth-methods/src/fields.ts',
    text: `export { Entity } from 'typeorm';`,
    rule: boundary,
    message: /not allowed to import "typeorm"/,
  },
  {
    says: 'a domain library that imports NATS',
    file: 'libs/sealing/src/process-keys.ts',
    text: `export { headers } from '@nats-io/transport-node';`,
    rule: boundary,
    message: /not allowed to import "@nats-io/,
  },
  {
    says: 'an adapter that imports the auth methods',
    file: 'libs/dispatch/src/worker-pool.ts',
    text: `export { authMethods } from '@pontage/auth-methods';`,
    rule: boundary,
    message: /scope:auth-methods/,
  },
  {
    says: 'the gateway opening stored secrets',
    file: 'apps/gateway/src/settings.ts',
    text: `export { Envelope } from '@pontage/envelope';`,
    rule: boundary,
    message: /holds:secrets/,
  },
  {
    says: 'the query-proxy opening stored secrets',
    file: 'apps/query-proxy/src/settings.ts',
    text: `export { Envelope } from '@pontage/envelope';`,
    rule: boundary,
    message: /holds:secrets/,
  },
  {
    says: 'the registry knowing auth methods',
    file: 'apps/resource-registry/src/settings.ts',
    text: `export { authMethods } from '@pontage/auth-methods';`,
    rule: boundary,
    message: /scope:auth-methods/,
  },
  {
    says: 'the egress worker knowing auth methods',
    file: 'apps/egress-worker/src/settings.ts',
    text: `export { authMethods } from '@pontage/auth-methods';`,
    rule: boundary,
    message: /scope:auth-methods/,
  },
  {
    says: 'an app that imports the testkit',
    file: 'apps/gateway/src/settings.ts',
    text: `export { startStack } from '@pontage/testkit';`,
    rule: boundary,
  },
  {
    says: 'a package that nobody declared',
    file: 'apps/gateway/src/settings.ts',
    text: `export { x } from 'find-my-way';`,
    rule: boundary,
    message: /Only packages defined/,
  },
  {
    says: 'the browser’s code importing a module of Node',
    file: 'libs/embed-sdk/src/app/run-query.ts',
    text: `export { readFileSync } from 'node:fs';`,
    rule: imports,
    message: /browser/,
  },
  {
    says: 'the browser’s code importing an adapter',
    file: 'libs/embed-sdk/src/app/run-query.ts',
    text: `export { Bus } from '@pontage/bus';`,
    rule: boundary,
  },
  {
    says: 'an API that verifies our requests with our own code',
    file: 'examples/verifying-apis/src/verifying-apis.ts',
    text: `export { problem } from '@pontage/problems';`,
    rule: boundary,
  },
  {
    says: 'an API that verifies our requests with a library that may have signed them',
    file: 'examples/verifying-apis/src/verifying-apis.ts',
    text: `export { sign } from 'aws4';`,
    rule: boundary,
    message: /not allowed to import "aws4"/,
  },
  {
    says: 'export *',
    file: 'libs/contracts/src/index.ts',
    text: `export * from './page.js';`,
    rule: 'no-restricted-syntax',
    message: /Name what is exported/,
  },
  {
    says: 'a service with a socket',
    file: 'apps/auth-broker/src/settings.ts',
    text: `import { connect } from 'node:net';\nconnect(1);`,
    rule: imports,
    message: /egress workers/,
  },
  {
    says: 'a service with an HTTP client of Node',
    file: 'apps/auth-broker/src/settings.ts',
    text: `import { request } from 'node:https';\nrequest('https://example.com').end();`,
    rule: imports,
    message: /egress workers/,
  },
  {
    says: 'a service with undici',
    file: 'apps/auth-broker/src/settings.ts',
    text: `import { request } from 'undici';\nawait request('https://example.com');`,
    rule: imports,
    message: /egress workers/,
  },
  {
    says: 'a service that fetches',
    file: 'apps/auth-broker/src/settings.ts',
    text: `await fetch('https://example.com');`,
    rule: 'no-restricted-globals',
  },
  {
    says: 'a service that fetches through globalThis',
    file: 'apps/auth-broker/src/settings.ts',
    text: `await globalThis.fetch('https://example.com');`,
    rule: 'no-restricted-properties',
  },
  {
    says: 'the gateway as an HTTP client',
    file: 'apps/gateway/src/settings.ts',
    text: `import { request } from 'node:http';\nrequest('http://example.com').end();`,
    rule: imports,
    message: /egress workers/,
  },
  {
    says: 'a DataSource beside the unit of work',
    file: 'apps/auth-broker/src/settings.ts',
    text: `import { DataSource } from 'typeorm';\nexport const rows = new DataSource({ type: 'postgres' });`,
    rule: imports,
    message: /UnitOfWork/,
  },
  {
    says: 'pg beside the unit of work',
    file: 'apps/audit-log/src/settings.ts',
    text: `import pg from 'pg';\nexport const pool = new pg.Pool();`,
    rule: imports,
    message: /UnitOfWork/,
  },
  {
    says: '@InjectRepository',
    file: 'apps/auth-broker/src/settings.ts',
    text: `declare function InjectRepository(): ParameterDecorator;\nexport class X { constructor(@InjectRepository() readonly rows: object) {} }`,
    rule: 'no-restricted-syntax',
    message: /UnitOfWork/,
  },
  {
    says: 'dataSource.query',
    file: 'apps/auth-broker/src/settings.ts',
    text: `export class X { constructor(private readonly dataSource: { query(sql: string): Promise<void> }) {} rows() { return this.dataSource.query('SELECT 1'); } }`,
    rule: 'no-restricted-syntax',
    message: /UnitOfWork/,
  },
  {
    says: 'a promise that nobody awaits',
    file: 'apps/auth-broker/src/settings.ts',
    text: `const work = async () => 1;\nwork();`,
    rule: '@typescript-eslint/no-floating-promises',
    types: true,
  },
  {
    says: 'any',
    file: 'apps/auth-broker/src/settings.ts',
    text: `export const x = (y: any) => y;`,
    rule: '@typescript-eslint/no-explicit-any',
  },
  {
    says: 'a type imported as a value',
    file: 'libs/bus/src/audit-of.ts',
    text: `import { Logger } from '@pontage/telemetry';\nexport const x = (logger: Logger) => logger;`,
    rule: '@typescript-eslint/consistent-type-imports',
  },
  {
    says: 'a cycle',
    file: 'libs/contracts/src/contract.ts',
    text: `export { contracts } from './contracts.js';`,
    rule: 'import-x/no-cycle',
  },
  { says: 'a file that is too long', file: 'libs/bus/src/audit-of.ts', text: '// x\n'.repeat(301), rule: 'max-lines' },
  {
    says: 'a function that is too long',
    file: 'libs/bus/src/audit-of.ts',
    text: `export function x() {\n${'  x();\n'.repeat(51)}}`,
    rule: 'max-lines-per-function',
  },
  {
    says: 'nesting that is too deep',
    file: 'libs/bus/src/audit-of.ts',
    text: `export function x(y: boolean) { if (y) { if (!y) { while (y) { if (y) x(y); } } } }`,
    rule: 'max-depth',
  },
];

/** What Nest and the rules need beside each other: nothing of this may be complained of. */
export const allowed: readonly Omit<Violation, 'rule'>[] = [
  {
    says: 'a class that Nest injects, imported as a value',
    file: 'apps/auth-broker/src/settings.ts',
    text: `import { Bus, serves } from '@pontage/bus';\nimport { listAuthMethods } from '@pontage/contracts/auth-broker';\n@serves(listAuthMethods)\nexport class X {\n  constructor(private readonly bus: Bus) {}\n  async handle() {\n    await this.bus.drain();\n    return { data: [] };\n  }\n}\n`,
  },
  {
    says: 'the auth-broker opening stored secrets',
    file: 'apps/auth-broker/src/settings.ts',
    text: `export { Envelope } from '@pontage/envelope';\nexport { authMethods } from '@pontage/auth-methods';\n`,
  },
  {
    says: 'the query-proxy applying a credential',
    file: 'apps/query-proxy/src/settings.ts',
    text: `export { authMethods } from '@pontage/auth-methods';\n`,
  },
  {
    says: 'the egress worker dialling',
    file: 'apps/egress-worker/src/settings.ts',
    text: `export { connect } from 'node:tls';\n`,
  },
];
