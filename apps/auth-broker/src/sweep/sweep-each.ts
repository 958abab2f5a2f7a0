/**
 * Sweeps one organisation after the other, also those behind one that fails. Returns how much there was in all of them.
 * @throws Error at the end when some failed, with what the first of them failed of as its cause
 */
export async function sweepEach(orgs: readonly string[], sweep: (org: string) => Promise<number>): Promise<number> {
  let swept = 0;
  const failed: { org: string; cause: unknown }[] = [];
  for (const org of orgs) {
    try {
      swept += await sweep(org);
    } catch (cause) {
      failed.push({ org, cause });
    }
  }
  const [first] = failed;
  if (first === undefined) return swept;
  const count = `${failed.length} of ${orgs.length} organisations`;
  throw new Error(`${count} could not be swept, ${first.org} the first`, { cause: first.cause });
}
