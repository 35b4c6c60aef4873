export { runnerJob } from './runner-job.ts';
export { runnerRegistration } from './runner-registration.ts';
