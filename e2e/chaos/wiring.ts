import { type Link, openLink } from './link.ts';
import { clientLink, getDeployable, getLinkName, getTarget, isDeployable } from './topology.ts';

/** Addresses that are only shown to people or name a folder. */
const notConnections = /^(PUBLIC_URL|FILE_STORE_URL|DOWNLOAD_URL_SECRET)$/;

export interface Wiring {
  readonly links: ReadonlyMap<string, Link>;
  /** Routes a process's connections over its own links; for `startStack`. */
  wire(process: string, env: Record<string, string>, ports: Record<string, number>): Promise<Record<string, string>>;
  /** The gateways' URL for clients, over the clients' link. */
  gatewayUrl(): string;
  close(): Promise<void>;
}

/** Creates one TCP proxy per process and target, and one between clients and gateways. */
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
        const target = getTarget(variable);
        if (target === undefined) {
          if (/_URL(_|$)/.test(variable) && !notConnections.test(variable)) {
            throw new Error(`${variable} of ${process} leads to an unknown target.`);
          }
          continue;
        }
        const url = new URL(value);
        const targets = isDeployable(target) ? portsOf(target) : [Number(url.port)];
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
