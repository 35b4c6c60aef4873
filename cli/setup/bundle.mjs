// Writes the bundle of the workflows; run by the build, once the code is compiled.
import { writeFileSync } from 'node:fs';
import { bundleWorkflows, workflowBundlePath } from '../../dist/worker/bundle.js';

writeFileSync(workflowBundlePath(), await bundleWorkflows());
