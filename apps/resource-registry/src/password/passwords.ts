import { randomBytes } from 'node:crypto';
import { hash, verify, type Options } from '@node-rs/argon2';
import { overloaded } from '@pontage/problems';

/** Argon2id, the library's default, with what OWASP asks for: 19 MiB, two passes, one lane. @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const manner: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** How many are worked on at once: each takes a core and 19 MiB while it lasts. */
const lanes = 2;
/** As many wait at most; they take a second or two. */
const maxWaiting = 64;

/** Hashes of passwords, and whether a password fits one: argon2id. @see RFC 9106 */
export class Passwords {
  private readonly decoy = hash(randomBytes(32), manner);
  private readonly lanes: Promise<unknown>[] = Array.from({ length: lanes }, () => Promise.resolve());
  private next = 0;
  private waiting = 0;

  /** The hash of a password, in the PHC string format. @throws Problem `overloaded` */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, manner));
  }

  /**
   * True when the password is the one of the hash. Without a hash it never is, and finding out takes as long: nobody can
   * tell by the time whether there is an account.
   * @throws Problem `overloaded`
   */
  async verify(known: string | null, password: string): Promise<boolean> {
    const against = known ?? (await this.decoy);
    return this.inTurn(async () => (await verify(against, password)) && known !== null);
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting >= maxWaiting) throw overloaded({}, { note: 'too many passwords are being hashed' });
    this.waiting += 1;
    const lane = this.next++ % lanes;
    const mine = (this.lanes[lane] ?? Promise.resolve()).then(work);
    this.lanes[lane] = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      this.waiting -= 1;
    }
  }
}
