import { Module, type DynamicModule } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { UnitOfWork } from '@pontage/persistence';
import { FindAuditEvent } from './audit-event/find-audit-event.js';
import { ListAuditEvents } from './audit-event/list-audit-events.js';
import { VerifyAudit } from './audit-event/verify-audit.js';
import { Evidence } from './checkpoint/evidence.js';
import { ListCheckpoints } from './checkpoint/list-checkpoints.js';
import { StreamPosition } from './stream/stream-position.js';

/** What the handlers work with. */
interface Parts {
  readonly bus: Bus;
  readonly unitOfWork: UnitOfWork;
  readonly evidence: Evidence;
  readonly position: StreamPosition;
}

@Module({})
export class AppModule {
  static with({ bus, unitOfWork, evidence, position }: Parts): DynamicModule {
    return {
      module: AppModule,
      controllers: [ListAuditEvents, FindAuditEvent, ListCheckpoints, VerifyAudit],
      providers: [
        { provide: Bus, useValue: bus },
        { provide: UnitOfWork, useValue: unitOfWork },
        { provide: Evidence, useValue: evidence },
        { provide: StreamPosition, useValue: position },
      ],
    };
  }
}
