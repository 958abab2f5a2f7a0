import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Operation } from './operation.js';

/** A route as it is registered. */
export interface CataloguedRoute {
  readonly method: string;
  /** In fastify's notation: `/api/v1/apps/:uuid`, `/proxy/:resource/*`. */
  readonly url: string;
  readonly operation: Operation;
}

/**
 * Every route of the gateway, found by listening to their registration, so that none can be left out.
 * A route that describes no operation is refused: nobody would know who may call it.
 */
export class RouteCatalogue {
  readonly routes: CataloguedRoute[] = [];

  constructor(
    fastify: FastifyInstance,
    /** Descriptions of routes that do not carry their own, by URL. */
    private readonly described: Readonly<Record<string, Operation>>,
  ) {
    fastify.addHook('onRoute', (route) => this.take(route));
  }

  private take(route: RouteOptions): void {
    const described = route.config?.operation ?? this.described[route.url];
    route.config = { ...route.config, ...(described === undefined ? {} : { operation: described }) };
    if (described === undefined) throw new Error(`route ${String(route.method)} ${route.url} describes no operation`);
    for (const method of [route.method].flat()) {
      // fastify answers HEAD for each GET by itself.
      if (method === 'HEAD' && this.has('GET', route.url)) continue;
      if (!this.has(method, route.url)) this.routes.push({ method, url: route.url, operation: described });
    }
  }

  private has(method: string, url: string): boolean {
    return this.routes.some((route) => route.method === method && route.url === url);
  }
}
