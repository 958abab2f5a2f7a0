import type { AnswerOf } from '@pontage/client';

type Test = AnswerOf<'testResource'>;
type RegionTest = Extract<Test, { readonly stages: unknown }>;

/** A connection test for people: each region with its stages, what helps, and what was not checked. */
export function testTable(test: Test): string {
  const tests = 'regions' in test ? test.regions : [test];
  if (tests.length === 0) return 'no region has workers\n';
  return `${tests.flatMap(linesOf).join('\n')}\n`;
}

function linesOf({ ok, region, workerId, status, stages, notChecked }: RegionTest): string[] {
  const by = workerId === null ? '' : ` (${workerId})`;
  const answered = status === null ? '' : `, status ${status}`;
  return [
    `${region ?? 'no region'}${by}: ${ok ? 'ok' : 'FAILED'}${answered}`,
    ...stages.flatMap(({ name, ok: isGood, ms, detail, remedy }) => [
      `  ${isGood ? 'ok  ' : 'FAIL'}  ${name.padEnd(12)}  ${`${ms} ms`.padStart(8)}  ${detail}`,
      ...(remedy === undefined ? [] : [`${' '.repeat(32)}→ ${remedy}`]),
    ]),
    ...notChecked.map((sentence, index) => `  ${index === 0 ? 'not checked:' : '            '}  ${sentence}`),
  ];
}
