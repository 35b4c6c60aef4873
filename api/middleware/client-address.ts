import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import proxyAddress from 'proxy-addr';
import { InvalidSettingsError } from '../../config/load.ts';
import type { ApiEnvironment } from '../environment.ts';

/**
 * Finds out where each request came from. `X-Forwarded-For` and `X-Forwarded-Proto` count only when
 * the connection comes from one of the trusted proxies, and the former only back to the first
 * address that isn't one: anyone can send them.
 *
 * @param trustedProxies - addresses and CIDR ranges
 * @throws InvalidSettingsError when one of them is neither
 */
export function findClient(trustedProxies: readonly string[]): MiddlewareHandler<ApiEnvironment> {
  const isTrusted = compile(trustedProxies);
  return async (context, next) => {
    // Without a server (a test that calls the app itself) there may be no connection to look at.
    const remote = hasConnection(context) ? remoteAddress(context) : 'local';
    const scheme = new URL(context.req.url).protocol.slice(0, -1);
    const client = { address: remote, scheme };
    if (isIP(remote) !== 0 && isTrusted(remote, 0)) {
      const forwarded = context.req.header('X-Forwarded-For');
      const request = {
        headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
        socket: { remoteAddress: remote },
        connection: { remoteAddress: remote },
      } as unknown as IncomingMessage;
      const address = withoutPort(proxyAddress(request, isTrusted));
      if (isIP(address) !== 0) client.address = plain(address);
      const told = context.req.header('X-Forwarded-Proto')?.split(',').at(0)?.trim().toLowerCase();
      if (told === 'http' || told === 'https') client.scheme = told;
    }
    context.set('client', client);
    await next();
  };
}

/** Address that a request came from. */
export function clientAddress(context: Context<ApiEnvironment>): string {
  return context.get('client')?.address ?? 'unknown';
}

function hasConnection(context: Context): boolean {
  return Boolean((context.env as { incoming?: unknown } | undefined)?.incoming);
}

function remoteAddress(context: Context): string {
  return plain(getConnInfo(context).remote.address ?? 'unknown');
}

/** `::ffff:127.0.0.1`, as a socket for both families tells it, is 127.0.0.1. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** Some proxies add the port. */
function withoutPort(address: string): string {
  return address.replace(/^\[(.+)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}

function compile(trusted: readonly string[]) {
  const problems = trusted.filter((entry) => !isAddressOrRange(entry));
  if (problems.length > 0) {
    throw new InvalidSettingsError(
      problems.map((entry) => `TRUSTED_PROXIES: "${entry}" is no address or CIDR range`),
    );
  }
  return proxyAddress.compile([...trusted]);
}

function isAddressOrRange(entry: string): boolean {
  // names of ranges that the library knows are too wide to be meant
  if (!/^[\d.:a-f]+(\/\d{1,3})?$/i.test(entry)) return false;
  try {
    proxyAddress.compile(entry);
    return true;
  } catch {
    return false;
  }
}
