import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import { expect, it } from 'vitest';
import { createLog } from '../config/log.ts';
import { ensureBusyboxImage } from '../test/setup/busybox-image.ts';
import { createEngine } from './docker/engine.ts';
import { Images } from './images.ts';

const docker = new Docker();
const images = new Images(
  createEngine('test-images', '/var/run/docker.sock'),
  createLog('test', 'silent'),
);
/** A registry that can't be: nothing listens there, and the connection is refused at once. */
const absent = () => `127.0.0.1:1/${randomUUID()}`;

it('says which image is missing, where, and how to mend it', async () => {
  const image = absent();
  const failures = await Promise.allSettled([images.pull(image), images.pull(image)]);
  for (const failure of failures) {
    expect(failure).toMatchObject({
      status: 'rejected',
      reason: {
        type: 'ImageMissing',
        nonRetryable: true,
        message: expect.stringMatching(
          new RegExp(`^Image ${image} is not on host test-images .*refused.*POOL_IMAGE`),
        ),
      },
    });
  }
});

it('uses an image that is there as it is, and lives without one that is not', async () => {
  const image = await ensureBusyboxImage(docker);
  const before = await docker.getImage(image).inspect();
  await images.prepare(image);
  await images.prepare(absent());
  expect((await docker.getImage(image).inspect()).Id).toBe(before.Id);
});
