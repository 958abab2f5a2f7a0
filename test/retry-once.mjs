// A test that drives real processes may meet a machine that is busy for a second. It gets one more try, and the error of
// the first is printed all the same, so that a race is seen and mended instead of being retried away. Figures want none.
import { jest } from '@jest/globals';

jest.retryTimes(process.env.PONTAGE_FIGURES === undefined ? 1 : 0, { logErrorsBeforeRetry: true });
