/**
 * Begins `perSecond` actions a second, however long each takes, until `until` settles; resolves with how each ended.
 * @param mostAtOnce as long as so many have not ended, no other is begun: a machine that cannot keep the pace gets less, for what
 *   would line up is an overload, which is another test's
 */
export async function steadily<T>(
  perSecond: number,
  act: () => Promise<T>,
  until: Promise<unknown>,
  mostAtOnce = 64,
): Promise<T[]> {
  const running: Promise<T>[] = [];
  let inHand = 0;
  const begin = (): Promise<T> => {
    inHand += 1;
    return act().finally(() => (inHand -= 1));
  };
  const since = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - since) / 1_000) * perSecond;
    while (running.length < due && inHand < mostAtOnce) running.push(begin());
  }, 1_000 / perSecond);
  try {
    await until;
  } finally {
    clearInterval(timer);
  }
  return Promise.all(running);
}
