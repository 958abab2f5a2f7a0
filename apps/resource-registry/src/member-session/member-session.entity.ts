import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('member_session')
export class MemberSessionRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') org!: string;
  @Column('uuid', { name: 'member_id' }) memberId!: string;
  @Column('text') hash!: string;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'idle_ends_at' }) idleEndsAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
