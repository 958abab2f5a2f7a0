import { Module, type DynamicModule } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { UnitOfWork } from '@pontage/persistence';
import { Directory } from './directory/directory.js';
import { MintEmbedUrl } from './embed-url/mint-embed-url.js';
import { PeekEmbedUrl } from './embed-url/peek-embed-url.js';
import { RedeemEmbedUrl } from './embed-url/redeem-embed-url.js';
import { ListEmbedSessions } from './session/list-embed-sessions.js';
import { RevokeEmbedSession } from './session/revoke-embed-session.js';
import { SessionEnding } from './session/session-ending.js';

/** What the handlers work with. */
interface Parts {
  readonly bus: Bus;
  readonly unitOfWork: UnitOfWork;
  readonly directory: Directory;
  readonly ending: SessionEnding;
}

@Module({})
export class AppModule {
  static with({ bus, unitOfWork, directory, ending }: Parts): DynamicModule {
    return {
      module: AppModule,
      controllers: [MintEmbedUrl, PeekEmbedUrl, RedeemEmbedUrl, ListEmbedSessions, RevokeEmbedSession],
      providers: [
        { provide: Bus, useValue: bus },
        { provide: UnitOfWork, useValue: unitOfWork },
        { provide: Directory, useValue: directory },
        { provide: SessionEnding, useValue: ending },
      ],
    };
  }
}
