import type { IdentityProvider } from '../../test/parts/identity-provider.ts';
import type { ApiWorld } from '../api.world.ts';

/** Keeps cookies as a browser does, of one site. */
class CookieJar {
  readonly #cookies = new Map<string, string>();

  take(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const isGone = value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line);
      if (isGone) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  has(name: string): boolean {
    return this.#cookies.has(name);
  }
}

/** Somebody's browser, as far as signing in goes: at the dashboard and at the provider. */
export class SignInBrowser {
  readonly #api: ApiWorld;
  readonly #provider: IdentityProvider;
  readonly dashboard = new CookieJar();
  readonly #there = new CookieJar();

  constructor(api: ApiWorld, provider: IdentityProvider) {
    this.#api = api;
    this.#provider = provider;
  }

  async ask(path: string): Promise<Response> {
    const headers = { Cookie: this.dashboard.header, 'User-Agent': 'a browser' };
    const response = await this.#api.app.request(path, { headers });
    this.dashboard.take(response);
    return response;
  }

  /** Begins, and answers where the browser is sent. */
  async begin(query: Record<string, string> = {}): Promise<string> {
    const search = new URLSearchParams({ issuer: 'acme', ...query });
    const response = await this.ask(`/api/auth/oidc/start?${search}`);
    if (response.status !== 302) throw new Error(`The start answered ${response.status}`);
    return response.headers.get('Location') ?? '';
  }

  /** Signs in at the provider, and answers the path of the dashboard that it leads back to. */
  async visit(address: string, name: string): Promise<string> {
    let url = address;
    for (let steps = 0; steps < 10; steps += 1) {
      if (!url.startsWith(this.#provider.issuer)) return url.replace(/^https?:\/\/[^/]+/, '');
      const isForm = new URL(url).pathname.startsWith('/interaction/');
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { Cookie: this.#there.header },
        ...(isForm ? { method: 'POST', body: new URLSearchParams({ name }) } : {}),
      });
      this.#there.take(response);
      url = new URL(response.headers.get('Location') ?? '', url).href;
    }
    throw new Error('The provider never led back');
  }

  /** All of it; answers where the dashboard leads to in the end. */
  async signIn(name: string, query: Record<string, string> = {}): Promise<string> {
    const back = await this.visit(await this.begin(query), name);
    return (await this.ask(back)).headers.get('Location') ?? '';
  }
}
