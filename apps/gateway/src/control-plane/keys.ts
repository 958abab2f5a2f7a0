import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { listKeys, rotateKeys, rotationDepth } from '@pontage/contracts/auth-broker';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const rotation = z.strictObject({ depth: rotationDepth.default('keys') });
const keys = listKeys.reply.extend({ nextCursor: z.null() });

@Controller()
export class Keys {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/keys',
    access: 'operator',
    summary: 'Lists the master keys with the number of records that each of them wraps, and the last rotation.',
    calls: listKeys,
    reply: keys,
  })
  async listKeys({ call }: Asked) {
    return { ...(await this.bus.request(listKeys, {}, call)), nextCursor: null };
  }

  @route({
    method: 'POST',
    path: '/api/v1/keys/rotate',
    access: 'operator',
    summary: 'Brings every sealed record under the newest master key, in the background.',
    calls: rotateKeys,
    body: rotation,
    status: 202,
  })
  async rotateKeys({ body, call }: Asked<{ body: typeof rotation }>) {
    return this.bus.request(rotateKeys, body, call);
  }
}
