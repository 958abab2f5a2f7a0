import Runner from 'jest-runner';

/**
 * Runs test files one at a time, and not beside those of other projects: what floods and measures would disturb its neighbours,
 * and be disturbed by them.
 */
export default class OneAtATime extends (Runner.default ?? Runner) {
  isSerial = true;
}
