import type { MemberRole } from '@pontage/contracts/resource-registry';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('member')
export class MemberRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') org!: string;
  @Column('text') email!: string;
  @Column('text') name!: string;
  @Column('text') role!: MemberRole;
  @Column('boolean') disabled!: boolean;
  @Column('text', { name: 'password_hash', nullable: true }) passwordHash!: string | null;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'last_signed_in_at', nullable: true }) lastSignedInAt!: Date | null;
}

@Entity('member_identity')
export class MemberIdentityRow {
  @PrimaryColumn('uuid') org!: string;
  @PrimaryColumn('text') issuer!: string;
  @PrimaryColumn('text') subject!: string;
  @Column('uuid', { name: 'member_id' }) memberId!: string;
}

@Entity('group_member')
export class GroupMemberRow {
  @PrimaryColumn('uuid') org!: string;
  @PrimaryColumn('integer', { name: 'group_id' }) groupId!: number;
  @PrimaryColumn('uuid', { name: 'member_id' }) memberId!: string;
}
