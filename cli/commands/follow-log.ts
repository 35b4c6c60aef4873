import type { ApiClient } from '../api-client.ts';
import type { Output } from '../output.ts';

/** Prints a runner's output as it comes, until the runner is gone. With `--json` one event a line. */
export async function followLog(api: ApiClient, path: string, output: Output): Promise<void> {
  await api.follow(path, { follow: 1 }, (event, data) => {
    if (output.json) {
      output.write(`${JSON.stringify({ event, ...(JSON.parse(data || '{}') as object) })}\n`);
    } else if (event === 'log') {
      output.write((JSON.parse(data) as { text: string }).text);
    }
    return event !== 'end';
  });
}
