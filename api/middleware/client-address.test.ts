import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { InvalidSettingsError } from '../../config/load.ts';
import type { ApiEnvironment } from '../environment.ts';
import { findClient } from './client-address.ts';

/** What the API takes for its client. */
async function client(
  trusted: readonly string[],
  from: string | undefined,
  headers: Record<string, string>,
): Promise<{ address: string; scheme: string }> {
  const app = new Hono<ApiEnvironment>()
    .use(findClient(trusted))
    .get('/', (context) => context.json(context.get('client')));
  const bindings = from === undefined ? {} : { incoming: { socket: { remoteAddress: from } } };
  const response = await app.request('/', { headers }, bindings);
  return (await response.json()) as { address: string; scheme: string };
}

describe('without trusted proxies', () => {
  it.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Client-IP', 'CF-Connecting-IP'])(
    '%s counts for nothing',
    async (header) => {
      const headers = { [header]: '203.0.113.1', 'X-Forwarded-Proto': 'https' };
      expect(await client([], '192.0.2.1', headers)).toEqual({
        address: '192.0.2.1',
        scheme: 'http',
      });
      expect((await client([], '127.0.0.1', headers)).address).toBe('127.0.0.1');
    },
  );
});

describe('with trusted proxies', () => {
  const trusted = ['10.0.0.1', '10.2.0.0/16', 'fd00::/8'];
  const forwarded = (value: string) => ({ 'X-Forwarded-For': value });

  it.each([
    ['10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['::ffff:10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['fd00::1', '2001:db8::1', '2001:db8::1'],
    // made up by the client, then what the first proxy saw
    ['10.0.0.1', '198.51.100.1, 203.0.113.1', '203.0.113.1'],
    ['10.0.0.1', '127.0.0.1, 203.0.113.1, 10.2.3.4', '203.0.113.1'],
    // no proxy but the ends: the furthest
    ['10.0.0.1', '10.2.9.9', '10.2.9.9'],
    ['10.0.0.1', '203.0.113.1:5123', '203.0.113.1'],
    ['10.0.0.1', '[2001:db8::1]:5123', '2001:db8::1'],
    // nothing that is an address
    ['10.0.0.1', 'unknown', '10.0.0.1'],
    ['10.0.0.1', '"><script>', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    // not from a proxy
    ['10.1.0.1', '203.0.113.1', '10.1.0.1'],
    ['203.0.113.9', '10.0.0.1', '203.0.113.9'],
  ])('from %s, which says %j: %s', async (from, value, address) => {
    expect((await client(trusted, from, forwarded(value))).address).toBe(address);
  });

  it('the scheme is what the nearest proxy says', async () => {
    const headers = { 'X-Forwarded-Proto': 'https' };
    expect((await client(trusted, '10.0.0.1', headers)).scheme).toBe('https');
    expect((await client(trusted, '10.1.0.1', headers)).scheme).toBe('http');
    const odd = { 'X-Forwarded-Proto': 'javascript' };
    expect((await client(trusted, '10.0.0.1', odd)).scheme).toBe('http');
  });
});

it.each(['somewhere', '10.0.0.0/99', '10.0.0.1/', 'loopback', '10.0.0', '0x7f.1'])(
  'does not start with %s as a trusted proxy',
  (entry) => {
    expect(() => findClient(['10.0.0.1', entry])).toThrow(InvalidSettingsError);
  },
);
