export { runnerJob } from './runner-job.ts';
