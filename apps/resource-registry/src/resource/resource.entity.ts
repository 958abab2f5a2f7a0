import type { Actor } from '@pontage/contracts/events';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('resource')
export class ResourceRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') org!: string;
  @Column('text') name!: string;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}

@Entity('resource_version')
export class ResourceVersionRow {
  @PrimaryColumn('uuid') org!: string;
  @PrimaryColumn('uuid', { name: 'resource_id' }) resourceId!: string;
  @PrimaryColumn('integer') version!: number;
  /** `ResourceSettings`; TypeORM's types do not take JSON that goes deep. */
  @Column('json') settings!: object;
  @Column('uuid', { name: 'credential_id', nullable: true }) credentialId!: string | null;
  @Column('uuid', { name: 'secrets_id', nullable: true }) secretsId!: string | null;
  /** Broker's names of credentials by environment. */
  @Column('json', { name: 'environment_credentials' }) environmentCredentials!: Record<string, string>;
  /** RFC 3339 times by environment. */
  @Column('json', { name: 'secrets_since' }) secretsSince!: Record<string, string>;
  /** An `AuthenticationView`. */
  @Column('json') authentication!: object;
  @Column('timestamptz', { name: 'saved_at' }) savedAt!: Date;
  @Column('json', { name: 'saved_by' }) savedBy!: Actor;
}
