/** One jest for every kind of test; the kind is in the file name (STYLE.md 2.10). */
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: 'es2022',
        keepClassNames: true,
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
};

/** Tests with real processes share the machine with whatever else it does. */
const retryOnce = { setupFilesAfterEnv: ['<rootDir>/test/retry-once.mjs'] };
const oneAtATime = { ...retryOnce, runner: '<rootDir>/test/one-at-a-time.mjs' };

const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch,
  transform,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@pontage/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFiles: ['reflect-metadata', '<rootDir>/test/quiet-provider.mjs'],
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.nx/'],
  ...more,
});

export default {
  projects: [
    project('unit', ['<rootDir>/{libs,apps,examples}/*/src/**/!(*.integration|*.load).spec.ts']),
    project('integration', ['<rootDir>/{libs,apps}/*/src/**/*.integration.spec.ts'], retryOnce),
    project('architecture', ['<rootDir>/test/architecture/**/*.spec.ts']),
    project('end-to-end', ['<rootDir>/test/{e2e,faults,bench}/**/!(*.load).spec.ts'], retryOnce),
    project('load', ['<rootDir>/{libs,apps,test}/*/src/**/*.load.spec.ts'], oneAtATime),
  ],
  testTimeout: 30_000,
  maxWorkers: 2,
};
