/** Begins `perSecond` actions a second, however long each takes, until `until` settles; resolves with how each ended. */
export async function steadily<T>(perSecond: number, act: () => Promise<T>, until: Promise<unknown>): Promise<T[]> {
  const running: Promise<T>[] = [];
  const since = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - since) / 1_000) * perSecond;
    while (running.length < due) running.push(act());
  }, 1_000 / perSecond);
  try {
    await until;
  } finally {
    clearInterval(timer);
  }
  return Promise.all(running);
}
