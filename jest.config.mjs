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
const retryOnce = ['<rootDir>/test/retry-once.mjs'];

const project = (displayName, testMatch, setupFilesAfterEnv = []) => ({
  setupFilesAfterEnv,
  displayName,
  testMatch,
  transform,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@pontage/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFiles: ['reflect-metadata'],
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.nx/'],
});

export default {
  projects: [
    project('unit', ['<rootDir>/{libs,apps,examples}/*/src/**/!(*.integration).spec.ts']),
    project('integration', ['<rootDir>/{libs,apps}/*/src/**/*.integration.spec.ts'], retryOnce),
    project('architecture', ['<rootDir>/test/architecture/**/*.spec.ts']),
    project('end-to-end', ['<rootDir>/test/{e2e,faults,bench}/**/*.spec.ts'], retryOnce),
  ],
  testTimeout: 30_000,
  maxWorkers: 2,
};
