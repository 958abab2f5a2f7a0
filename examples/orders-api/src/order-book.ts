import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** An order of a store. */
export interface Order {
  readonly id: number;
  readonly storeId: number;
  readonly item: string;
  readonly quantity: number;
  /** What the customer calls it. */
  readonly reference: string;
}

const items = ['ladder', 'rope', 'lantern', 'anvil', 'barrel', 'sail'] as const;
/** The stores that have orders from the start. */
export const stores = [7, 8, 9] as const;

/** The orders of all stores; each is in the file before it is acknowledged. */
export class OrderBook {
  private readonly orders: Order[] = [];

  private constructor(private readonly file: string) {}

  /** The book that a file holds, one order a line; a new one begins with some orders of each store. */
  static open(file: string): OrderBook {
    const book = new OrderBook(file);
    if (existsSync(file)) {
      for (const line of readFileSync(file, 'utf8').split('\n')) if (line !== '') book.orders.push(orderOf(line));
      return book;
    }
    for (const [index, item] of [...items, ...items].entries()) {
      const storeId = stores[index % stores.length] ?? stores[0];
      book.add({ storeId, item, quantity: index + 1, reference: `first-${index + 1}` });
    }
    return book;
  }

  /** Adds an order as often as it is told to: an order that came twice is seen twice. */
  add(draft: Omit<Order, 'id'>): Order {
    const order = { ...draft, id: this.orders.length + 1 };
    appendFileSync(this.file, `${JSON.stringify(order)}\n`);
    this.orders.push(order);
    return order;
  }

  find(id: number): Order | undefined {
    return this.orders[id - 1];
  }

  /** The orders of one store, or of all of them. */
  list(storeId: number | undefined, limit: number): Order[] {
    return this.orders.filter((order) => storeId === undefined || order.storeId === storeId).slice(0, limit);
  }

  /** How many pieces of each item a store has ordered. */
  stock(): { storeId: number; pieces: number }[] {
    return stores.map((storeId) => ({
      storeId,
      pieces: this.list(storeId, Infinity).reduce((sum, { quantity }) => sum + quantity, 0),
    }));
  }
}

const orderOf = (line: string): Order => JSON.parse(line) as Order;
