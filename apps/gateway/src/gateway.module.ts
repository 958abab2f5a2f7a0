import { Module, type DynamicModule } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { Addresses } from './addresses.js';
import { CredentialTest } from './connection-test/credential-test.js';
import { Apps } from './control-plane/apps.js';
import { AuditEvents } from './control-plane/audit-events.js';
import { CallerAccount } from './control-plane/caller-account.js';
import { ConfigVariables } from './control-plane/config-variables.js';
import { EmbedSessions } from './control-plane/embed-sessions.js';
import { Grants } from './control-plane/grants.js';
import { Groups } from './control-plane/groups.js';
import { Keys } from './control-plane/keys.js';
import { Members } from './control-plane/members.js';
import { Organisations } from './control-plane/organisations.js';
import { RegionDirectory } from './control-plane/region/region-directory.js';
import { Regions } from './control-plane/region/regions.js';
import { ResourceSets } from './control-plane/resource/resource-sets.js';
import { Rotations } from './control-plane/resource/rotations.js';
import { Resources } from './control-plane/resource/resources.js';
import { Tokens } from './control-plane/tokens.js';
import { Webhooks } from './control-plane/webhooks.js';
import { EmbedUrls } from './embed/embed-urls.js';
import { SignInLimits } from './member-sign-in/sign-in-limits.js';
import { IdempotentAnswers } from './idempotency/idempotent-answers.js';

const controlPlane = [
  Apps,
  AuditEvents,
  CallerAccount,
  ConfigVariables,
  EmbedSessions,
  EmbedUrls,
  Grants,
  Groups,
  Keys,
  Members,
  Organisations,
  Regions,
  Resources,
  ResourceSets,
  Rotations,
  Tokens,
  Webhooks,
];

/** The control plane's routes, and what stands behind them. */
@Module({})
export class GatewayModule {
  static with(parts: {
    bus: Bus;
    idempotent: IdempotentAnswers;
    regions: RegionDirectory;
    addresses: Addresses;
    credentialTest: CredentialTest;
    limits: SignInLimits;
    internal: boolean;
  }): DynamicModule {
    return {
      module: GatewayModule,
      controllers: parts.internal ? controlPlane : [],
      providers: [
        { provide: Bus, useValue: parts.bus },
        { provide: Addresses, useValue: parts.addresses },
        { provide: CredentialTest, useValue: parts.credentialTest },
        { provide: SignInLimits, useValue: parts.limits },
        { provide: RegionDirectory, useValue: parts.regions },
        { provide: IdempotentAnswers, useValue: parts.idempotent },
      ],
    };
  }
}
