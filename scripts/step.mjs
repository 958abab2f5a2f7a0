// Says on stderr what takes so long. Without it a first start is silent for a minute and looks hung.
const tickMs = 10_000;

/** Runs a long step and reports its beginning, that it goes on, and how long it took. */
export async function step(title, run) {
  const begun = Date.now();
  const seconds = () => `${((Date.now() - begun) / 1000).toFixed(1)} s`;
  process.stderr.write(`${title} …\n`);
  const tick = setInterval(() => process.stderr.write(`${title} … ${seconds()}\n`), tickMs);
  try {
    return await run();
  } finally {
    clearInterval(tick);
    process.stderr.write(`${title}: ${seconds()}\n`);
  }
}
