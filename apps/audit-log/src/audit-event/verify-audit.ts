import { randomUUID } from 'node:crypto';
import { ChainVerifier, type ChainReport } from '@pontage/audit-chain';
import { auditOf, Bus, serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { verifyAudit } from '@pontage/contracts/audit-log';
import { UnitOfWork } from '@pontage/persistence';
import { Evidence } from '../checkpoint/evidence.js';
import { readChain } from '../record/read-chain.js';
import { StreamPosition } from '../stream/stream-position.js';

/** Recomputes the chain of the caller's organisation; that this was done is an event, too. */
@serves(verifyAudit)
export class VerifyAudit {
  constructor(
    private readonly bus: Bus,
    private readonly unitOfWork: UnitOfWork,
    private readonly evidence: Evidence,
    private readonly position: StreamPosition,
  ) {}

  async handle(_: ParsedRequestOf<typeof verifyAudit>, call: Call): Promise<ReplyOf<typeof verifyAudit>> {
    await this.position.caughtUp(call.org);
    const report = await this.verify(call.org);
    await this.bus.publishEvent({
      ...auditOf(call),
      id: randomUUID(),
      at: new Date().toISOString(),
      action: 'audit.verified',
      outcome: report.ok ? 'success' : 'failure',
      data: {
        events: report.events,
        checkpoints: report.checkpoints,
        firstBroken: report.firstBroken === null ? null : { ...report.firstBroken },
      },
    });
    return report;
  }

  private async verify(org: string): Promise<ChainReport> {
    const { checkpoints, remembered, faults } = await this.evidence.of(org);
    const verifier = new ChainVerifier({ org, checkpoints, remembered, keys: this.evidence.key.keys });
    await readChain(this.unitOfWork, org, verifier);
    const report = verifier.finish();
    const firstBroken =
      [...faults, ...(report.firstBroken === null ? [] : [report.firstBroken])].sort((a, b) => a.seq - b.seq)[0] ??
      null;
    return { ...report, ok: firstBroken === null, firstBroken };
  }
}
