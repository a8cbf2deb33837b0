import { type Link, openLink } from './link.ts';
import { clientLink, connections, getDeployable, getLinkName } from './topology.ts';

/** Variables that hold an address, by what is there. */
const targetByVariable: readonly (readonly [RegExp, string])[] = [
  [/^[A-Z]+_DATABASE_URL$/, 'mariadb'],
  [/^RABBITMQ_URL$/, 'rabbitmq'],
  [/^REDIS_URL$/, 'redis'],
  [/^SMTP_URL$/, 'smtp'],
  [/^JWKS_URL$/, 'users'],
  [/^SUBGRAPH_URL_USERS$/, 'users'],
  [/^SUBGRAPH_URL_UPLOADS$/, 'uploads'],
  [/^SUBGRAPH_URL_EMPLOYEES$/, 'employees'],
];

/** Addresses that are only shown to people, or name a folder. */
const notConnections = /^(PUBLIC_URL|FILE_STORE_URL|DOWNLOAD_URL_SECRET)$/;

export interface Wiring {
  readonly links: ReadonlyMap<string, Link>;
  /** Leads a process's connections over links of its own; for `startStack`. */
  wire(process: string, env: Record<string, string>, ports: Record<string, number>): Promise<Record<string, string>>;
  /** Where clients reach the gateways, over the clients' own link. */
  gatewayUrl(): string;
  close(): Promise<void>;
}

/** A TCP proxy for every connection of every process, and one between the clients and the gateways. */
export function createWiring(): Wiring {
  const links = new Map<string, Link>();

  async function linkTo(name: string, targets: readonly number[]): Promise<Link> {
    const link = links.get(name) ?? (await openLink(targets));
    links.set(name, link);
    return link;
  }

  return {
    links,
    async wire(process, env, ports) {
      const portsOf = (deployable: string) =>
        Object.entries(ports).flatMap(([name, port]) => (getDeployable(name) === deployable ? [port] : []));
      if (getDeployable(process) === 'gateway') await linkTo(clientLink, portsOf('gateway'));
      const wired = { ...env };
      for (const [variable, value] of Object.entries(env)) {
        const target = targetByVariable.find(([pattern]) => pattern.test(variable))?.[1];
        if (target === undefined) {
          if (/_URL(_|$)/.test(variable) && !notConnections.test(variable)) {
            throw new Error(`The suite does not know what ${variable} of ${process} leads to.`);
          }
          continue;
        }
        if (!connections[getDeployable(process)]?.includes(target)) {
          throw new Error(`The suite does not know that ${process} connects to ${target}.`);
        }
        const url = new URL(value);
        const targets = target in connections ? portsOf(target) : [Number(url.port)];
        const link = await linkTo(getLinkName(process, target), targets);
        url.port = String(link.port);
        wired[variable] = url.href;
      }
      return wired;
    },
    gatewayUrl: () => `http://127.0.0.1:${links.get(clientLink)?.port}`,
    async close() {
      await Promise.all([...links.values()].map((link) => link.close()));
    },
  };
}
