import { authMethods, describeMethod } from '@pontage/auth-methods';
import { serves } from '@pontage/bus';
import type { ReplyOf } from '@pontage/contracts';
import { listAuthMethods } from '@pontage/contracts/auth-broker';

type Reply = ReplyOf<typeof listAuthMethods>;

/** Lists the auth methods as their forms are drawn. */
@serves(listAuthMethods)
export class ListAuthMethods {
  handle(): Promise<Reply> {
    return Promise.resolve({ data: [...authMethods.values()].map(describeMethod) as Reply['data'] });
  }
}
