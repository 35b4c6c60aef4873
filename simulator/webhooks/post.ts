import http from 'node:http';
import https from 'node:https';

/** How the receiver took a webhook, in GitHub's words. */
export interface PostResult {
  status: string;
  statusCode: number;
  response: string | null;
}

const MOST_RESPONSE_CHARACTERS = 4096;

/** Sends webhooks over kept connections, which costs a fraction of a new one for each. */
export class WebhookPoster {
  readonly #http = new http.Agent({ keepAlive: true });
  readonly #https = new https.Agent({ keepAlive: true });

  /** Never fails: what went wrong is in the result. `timeout` in milliseconds. */
  async post(
    url: string,
    headers: Record<string, string>,
    body: string,
    timeout: number,
  ): Promise<PostResult> {
    try {
      return await this.#once(url, headers, body, timeout);
    } catch (error) {
      // A kept connection that the receiver closed meanwhile has delivered nothing.
      if (error instanceof ClosedConnectionError) {
        return this.post(url, headers, body, timeout);
      }
      if (error instanceof Error && error.name === 'TimeoutError') {
        return { status: 'timed out', statusCode: 504, response: null };
      }
      return { status: 'failed to connect to host', statusCode: 502, response: null };
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #once(
    url: string,
    headers: Record<string, string>,
    body: string,
    timeout: number,
  ): Promise<PostResult> {
    const secure = url.startsWith('https:');
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(url, {
        method: 'POST',
        agent: secure ? this.#https : this.#http,
        headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
        signal: AbortSignal.timeout(timeout),
      });
      let answered = false;
      request.on('error', (error: NodeJS.ErrnoException) => {
        const cause = error.name === 'AbortError' ? error.cause : undefined;
        if (cause instanceof Error) reject(cause);
        else if (!answered && request.reusedSocket && error.code === 'ECONNRESET') {
          reject(new ClosedConnectionError());
        } else reject(error);
      });
      request.on('response', (response) => {
        answered = true;
        let text = '';
        response.setEncoding('utf8');
        response.on('error', reject);
        response.on('data', (chunk: string) => {
          if (text.length < MOST_RESPONSE_CHARACTERS) text += chunk;
        });
        response.on('end', () => {
          const statusCode = response.statusCode ?? 0;
          const good = statusCode >= 200 && statusCode < 400;
          resolve({
            status: good ? 'OK' : `Invalid HTTP Response: ${statusCode}`,
            statusCode,
            response: text.slice(0, MOST_RESPONSE_CHARACTERS),
          });
        });
      });
      request.end(body);
    });
  }
}

class ClosedConnectionError extends Error {}
