// A test that drives real processes may meet a machine that is busy for a second. It gets one more try, and the error of
// the first is printed all the same, so that a race is seen and mended instead of being retried away.
import { jest } from '@jest/globals';

jest.retryTimes(1, { logErrorsBeforeRetry: true });
