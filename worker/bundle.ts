import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { projectRoot } from '../config/root.ts';

/** Where the build puts the workflows' code, and the control worker finds it. */
export function workflowBundlePath(): string {
  return join(projectRoot(), 'dist', 'workflow-bundle.js');
}

/** The code of all workflows as one script, made from the sources. Takes seconds: done once a build. */
export async function bundleWorkflows(): Promise<string> {
  const root = projectRoot();
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', 'index.ts'),
    workflowInterceptorModules: [join(root, 'workflows', 'correlation.ts')],
    payloadConverterPath: join(root, 'worker', 'codec', 'payload-converter.ts'),
    logger: {
      log() {},
      trace() {},
      debug() {},
      info() {},
      warn: console.warn,
      error: console.error,
    },
  });
  return code;
}
