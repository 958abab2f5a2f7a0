interface Payload {
  readonly grantId?: string;
  readonly uid?: string;
  consumed?: number;
}

/**
 * What a provider remembers. Its own memory forgets all but the newest thousand records, and takes what it has forgotten for
 * refused.
 */
export function providerRecords(): { readonly Records: new (model: string) => object; forget(model: string): void } {
  const records = new Map<string, Payload>();
  class Records {
    constructor(private readonly model: string) {}

    async upsert(id: string, payload: Payload): Promise<void> {
      records.set(this.key(id), payload);
    }

    async find(id: string): Promise<Payload | undefined> {
      return records.get(this.key(id));
    }

    async findByUid(uid: string): Promise<Payload | undefined> {
      return [...records].find(([key, payload]) => key.startsWith(`${this.model}:`) && payload.uid === uid)?.[1];
    }

    async consume(id: string): Promise<void> {
      const payload = records.get(this.key(id));
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1_000);
    }

    async destroy(id: string): Promise<void> {
      records.delete(this.key(id));
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, payload] of records) if (payload.grantId === grantId) records.delete(key);
    }

    private key(id: string): string {
      return `${this.model}:${id}`;
    }
  }
  /** Forgets everything of one kind. */
  const forget = (model: string): void => {
    for (const key of records.keys()) if (key.startsWith(`${model}:`)) records.delete(key);
  };
  return { Records, forget };
}
