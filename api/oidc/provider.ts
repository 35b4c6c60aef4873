import { createRemoteJWKSet, customFetch, type RemoteJWKSet } from 'jose';
import { z } from 'zod';
import type { OidcIssuer } from '../../config/oidc-issuers.ts';
import { fetchDocument } from './provider-fetch.ts';

/** How long what a provider said is used; milliseconds. */
export interface ProviderTimes {
  /** Its addresses. */
  metadata: number;
  /** Its keys, after which they are read again. */
  keys: number;
  /** Its keys, if it doesn't answer any more. */
  keysWithoutAnswer: number;
  /** After its keys were read, an unknown one makes nobody ask again for so long. */
  unknownKey: number;
  /** After it did not answer it isn't asked again for so long. */
  failure: number;
}

const TIMES: ProviderTimes = {
  metadata: 3_600_000,
  keys: 600_000,
  keysWithoutAnswer: 3_600_000,
  unknownKey: 10_000,
  failure: 5_000,
};

const metadataSchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * What is known of one identity provider: its addresses and its keys. Nothing is asked before it's
 * needed, so that no provider holds up the start, nor another provider.
 */
export class Provider {
  readonly #issuer: OidcIssuer;
  readonly #times: ProviderTimes;
  #metadata: { keysAddress: string; readAt: number } | null = null;
  #reading: Promise<string> | null = null;
  #keys: { address: string; set: RemoteJWKSet } | null = null;
  #keysReadAt = -Infinity;
  #failure: { error: unknown; at: number } | null = null;

  constructor(issuer: OidcIssuer, times: Partial<ProviderTimes> = {}) {
    this.#issuer = issuer;
    this.#times = { ...TIMES, ...times };
  }

  /** The provider's current keys. @throws Error where it can't be asked */
  async keys(): Promise<RemoteJWKSet> {
    const address = await this.#keysAddress();
    if (this.#keys?.address !== address) {
      const set = createRemoteJWKSet(new URL(address), {
        cooldownDuration: this.#times.unknownKey,
        cacheMaxAge: Infinity,
        [customFetch]: (url) => this.#readKeys(url),
      });
      this.#keys = { address, set };
      this.#keysReadAt = -Infinity;
    }
    const { set } = this.#keys;
    if (this.#age(this.#keysReadAt) > this.#times.keys) {
      try {
        await set.reload();
      } catch (error) {
        if (this.#age(this.#keysReadAt) > this.#times.keysWithoutAnswer) throw error;
      }
    }
    return set;
  }

  async #readKeys(url: string): Promise<Response> {
    const response = await this.#ask(url);
    this.#keysReadAt = performance.now();
    return response;
  }

  async #keysAddress(): Promise<string> {
    const known = this.#metadata;
    if (known && this.#age(known.readAt) < this.#times.metadata) return known.keysAddress;
    this.#reading ??= this.#readMetadata().finally(() => {
      this.#reading = null;
    });
    try {
      return await this.#reading;
    } catch (error) {
      if (known) return known.keysAddress;
      throw error;
    }
  }

  async #readMetadata(): Promise<string> {
    const { issuer } = this.#issuer;
    const url = discoveryAddress(issuer);
    const response = await this.#ask(url);
    const metadata = metadataSchema.parse(await response.json());
    if (metadata.issuer !== issuer) {
      throw this.#failed(new Error(`${url} is the document of the issuer "${metadata.issuer}"`));
    }
    const keysAddress = metadata.jwks_uri;
    if (!keysAddress.startsWith('https://') && !issuer.startsWith('http://')) {
      throw this.#failed(new Error(`${url} names keys at an address without TLS`));
    }
    this.#metadata = { keysAddress, readAt: performance.now() };
    return keysAddress;
  }

  /** @throws the last error at once, where that is not long ago */
  async #ask(url: string): Promise<Response> {
    const last = this.#failure;
    if (last && this.#age(last.at) < this.#times.failure) throw last.error;
    try {
      const response = await fetchDocument(url);
      this.#failure = null;
      return response;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): unknown {
    this.#failure = { error, at: performance.now() };
    return error;
  }

  #age(at: number): number {
    return performance.now() - at;
  }
}

function discoveryAddress(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}
