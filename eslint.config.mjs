// The rules of STYLE.md and ARCHITECTURE.md that a tool can check. Boundaries come from the tags in the workspaces'
// package.json files; test/architecture feeds this configuration violations and sees each rule fire.
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import { importX, createNodeResolver } from 'eslint-plugin-import-x';
import globals from 'globals';
import nxDevkit from '@nx/devkit';
import tseslint from 'typescript-eslint';

// The boundary rule reads Nx's project graph from its cache and is silent without one: make it here, every time.
process.env.NX_DAEMON = 'false';
await nxDevkit.createProjectGraphAsync();

/** Tests and what only they use. `.nxignore` hides them, so that they draw no line between projects. */
const tests = [
  '**/*.spec.ts',
  '**/*.conformance.ts',
  '**/*.fixture.ts',
  '**/src/testing/**/*.ts',
  'test/**/*.ts',
  'libs/testkit/**/*.ts',
];

/** Who may import whom (ARCHITECTURE.md, Invariants). Each project has one `type:` tag; a constraint that matches it has to hold. */
const frameworks = ['@nestjs/*', 'typeorm', '@nats-io/*', 'undici'];
const secretHolders = ['holds:secrets', 'scope:auth-methods'];
const kinds = {
  contract: ['type:contract'],
  domain: ['type:contract', 'type:domain'],
  adapter: ['type:contract', 'type:domain', 'type:adapter'],
  app: ['type:contract', 'type:domain', 'type:adapter', 'type:browser'],
};
const depConstraints = [
  { sourceTag: 'type:contract', onlyDependOnLibsWithTags: kinds.contract, allowedExternalImports: ['zod'] },
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: kinds.domain, bannedExternalImports: frameworks },
  { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: kinds.adapter, notDependOnLibsWithTags: secretHolders },
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: kinds.app },
  {
    sourceTag: 'type:browser',
    onlyDependOnLibsWithTags: ['type:contract', 'platform:any'],
    notDependOnLibsWithTags: ['platform:node'],
  },
  { sourceTag: 'type:example', onlyDependOnLibsWithTags: ['type:contract'] },
  // What checks our requests must not share our mistakes.
  { sourceTag: 'scope:verifying-apis', notDependOnLibsWithTags: ['*'], bannedExternalImports: ['*'] },
  { sourceTag: 'type:test', onlyDependOnLibsWithTags: ['*'] },
  { sourceTag: 'platform:any', notDependOnLibsWithTags: ['platform:node'] },
  // Stored secrets are opened by the auth-broker alone; a credential is applied by the query-proxy, on a lease.
  { allSourceTags: ['type:domain', '/^scope:(?!auth-methods$|envelope$)/'], notDependOnLibsWithTags: secretHolders },
  { allSourceTags: ['type:app', '/^scope:(?!auth-broker$)/'], notDependOnLibsWithTags: ['holds:secrets'] },
  {
    allSourceTags: ['type:app', '/^scope:(?!auth-broker$|query-proxy$)/'],
    notDependOnLibsWithTags: ['scope:auth-methods'],
  },
];
const boundaries = { depConstraints, banTransitiveDependencies: true, allow: [] };

/** Only egress workers go out. What reads an address or serves on one opens nothing. */
const sockets = Object.entries({
  'node:http': ['createServer', 'STATUS_CODES'],
  'node:https': [],
  'node:http2': [],
  'node:net': ['createServer', 'isIP', 'isIPv4', 'isIPv6', 'BlockList'],
  'node:tls': [],
  'node:dgram': [],
  undici: [],
}).map(([name, allowImportNames]) => ({
  name,
  ...(allowImportNames.length === 0 ? {} : { allowImportNames }),
  allowTypeImports: true,
  message: 'Only egress workers open connections to the outside; use egressFetch of @pontage/dispatch.',
}));
/** Rows are reached through UnitOfWork, which sets the organisation that row-level security goes by. */
const rows = [
  { name: '@nestjs/typeorm', message: 'Use openDatabase and UnitOfWork of @pontage/persistence.' },
  { name: 'pg', message: 'Use openDatabase and UnitOfWork of @pontage/persistence.' },
  {
    name: 'typeorm',
    importNames: ['DataSource', 'createConnection', 'getConnection', 'getManager'],
    message: 'Use openDatabase and UnitOfWork of @pontage/persistence.',
    allowTypeImports: true,
  },
];
const restrictImports = (...paths) => [
  'error',
  {
    paths,
    patterns: [
      {
        regex:
          '^(?:assert|buffer|crypto|dns|events|fs|http|http2|https|net|os|path|process|stream|tls|url|util|worker_threads|zlib)(?:/|$)',
        message: 'Node’s own modules are imported as node:….',
      },
    ],
  },
];

const exportAll = {
  selector: 'ExportAllDeclaration',
  message: 'Name what is exported: a public surface that changes without a visible diff is none.',
};
const accessorInLiteral = {
  selector: 'ObjectExpression > Property[kind=/^[gs]et$/]',
  message:
    'Every such object gets a hidden class of its own, which keeps what it sees alive: take a function, or a class.',
};
const rowsBeside = [
  {
    selector: "Decorator[expression.callee.name='InjectRepository']",
    message: 'Rows are reached through UnitOfWork, which sets the organisation.',
  },
  {
    selector:
      'CallExpression[callee.property.name=/^(?:query|getRepository|createQueryBuilder|createQueryRunner|transaction)$/]:matches([callee.object.name=/dataSource$/i], [callee.object.property.name=/dataSource$/i])',
    message: 'Rows are reached through UnitOfWork, which sets the organisation.',
  },
];
const restrictSyntax = (...selectors) => ['error', exportAll, ...selectors];
const fetchers = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];
const noFetch = {
  'no-restricted-globals': [
    'error',
    ...fetchers.map((name) => ({ name, message: 'Only egress workers open connections to the outside.' })),
  ],
  'no-restricted-properties': [
    'error',
    ...fetchers.map((property) => ({
      object: 'globalThis',
      property,
      message: 'Only egress workers open connections to the outside.',
    })),
  ],
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.nx/', '**/.pontage/', 'coverage/', 'api/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mjs}'],
    extends: [js.configs.recommended],
    rules: {
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 50, skipComments: true }],
      'no-restricted-syntax': restrictSyntax(),
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { '@nx': nx, 'import-x': importX },
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.lint.json'],
        tsconfigRootDir: import.meta.dirname,
        emitDecoratorMetadata: true,
        experimentalDecorators: true,
      },
    },
    settings: {
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [
        createNodeResolver({
          extensionAlias: { '.js': ['.ts', '.js'] },
          conditionNames: ['@pontage/source', 'node', 'import', 'default'],
        }),
      ],
    },
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'no-restricted-syntax': restrictSyntax(accessorInLiteral, ...rowsBeside),
      ...noFetch,
      '@typescript-eslint/no-restricted-imports': restrictImports(...sockets, ...rows),
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowRethrowing: true }],
      // The types of a package that has none of its own stand beside the file that uses them.
      '@typescript-eslint/triple-slash-reference': ['error', { path: 'always', types: 'prefer-import', lib: 'never' }],
      // Interfaces declare functions in method style, and objects of closures implement them: taking one off is meant.
      '@typescript-eslint/unbound-method': 'off',
      // A port that answers from memory still has a promise in its signature.
      '@typescript-eslint/require-await': 'off',
    },
  },

  // Who may do what the rest may not.
  {
    files: [
      'apps/egress-worker/**/*.ts',
      'libs/telemetry/**/*.ts',
      'libs/backends/**/*.ts',
      'apps/cli/**/*.ts',
      'examples/**/*.ts',
    ],
    rules: {
      '@typescript-eslint/no-restricted-imports': restrictImports(...rows),
      'no-restricted-globals': 'off',
      'no-restricted-properties': 'off',
    },
  },
  {
    files: ['libs/backends/**/*.ts', 'apps/cli/src/launcher/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': restrictImports() },
  },
  {
    files: ['libs/persistence/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': restrictImports(...sockets),
      'no-restricted-syntax': restrictSyntax(accessorInLiteral),
    },
  },
  {
    files: ['libs/{embed-sdk,client}/src/**/*.ts'],
    languageOptions: { globals: globals.browser },
    rules: {
      'no-restricted-globals': 'off',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*'], message: 'This runs in a browser.' }] },
      ],
    },
  },

  {
    files: ['libs/{contracts,problems,http-message,templates}/src/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*'], message: 'This runs anywhere.' }] },
      ],
    },
  },
  { files: ['**/*.generated.ts'], rules: { 'max-lines': 'off' } },
  // A migration is one statement after another.
  { files: ['**/migrations/*.ts'], rules: { 'max-lines-per-function': 'off' } },

  // Tests reach for whatever they need, into the gateway's own tables too, and are written as one long describe.
  {
    files: tests,
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          ...boundaries,
          allow: ['^(?:\\.\\./)+apps/gateway/src/'],
          depConstraints: [{ sourceTag: '*', onlyDependOnLibsWithTags: ['*'] }],
          ignoredCircularDependencies: [
            ['@pontage/testkit', '*'],
            ['*', '@pontage/testkit'],
          ],
        },
      ],
      '@typescript-eslint/no-restricted-imports': restrictImports(),
      'no-restricted-globals': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-syntax': restrictSyntax(),
      'max-lines-per-function': 'off',
    },
  },
);
