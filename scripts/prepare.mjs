// What every script needs first: the dependencies, and the sources built. A failure is one sentence, not a stack.
import { build } from './build.mjs';
import { install } from './install.mjs';

export async function prepare() {
  try {
    await install();
    await build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
