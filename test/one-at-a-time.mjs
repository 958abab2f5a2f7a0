import Runner from 'jest-runner';

/** A worker that has grown beyond this is replaced before the next file: collecting its garbage would take part in what is measured. */
const workerIdleMemoryLimit = 512 * 1024 * 1024;

/**
 * Runs test files one at a time, and not beside those of other projects: what floods and measures would disturb its neighbours,
 * and be disturbed by them.
 */
export default class OneAtATime extends (Runner.default ?? Runner) {
  constructor(globalConfig, context) {
    super({ ...globalConfig, maxWorkers: 1, workerIdleMemoryLimit }, context);
  }

  runTests(tests, watcher, options) {
    return super.runTests(tests, watcher, { ...options, serial: false });
  }
}
