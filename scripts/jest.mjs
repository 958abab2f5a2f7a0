// jest in ESM mode needs a flag of Node's, which nobody remembers.
import { join } from 'node:path';
import { node } from './run.mjs';

export const jest = (args) =>
  node(['--experimental-vm-modules', '--no-warnings', join('node_modules', 'jest', 'bin', 'jest.js'), ...args]);
