import type { Scope } from '@pontage/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('api_token')
export class TokenRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') org!: string;
  @Column('text') hash!: string;
  @Column('uuid', { name: 'member_id', nullable: true }) memberId!: string | null;
  @Column('text') name!: string;
  @Column('text') description!: string;
  @Column('text', { array: true }) scopes!: Scope[];
  @Column('integer', { name: 'group_ids', array: true, nullable: true }) groupIds!: number[] | null;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt!: Date | null;
  @Column('boolean') bootstrapped!: boolean;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}
