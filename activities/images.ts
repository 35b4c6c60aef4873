import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from '../config/log.ts';
import { IMAGE_MISSING } from '../workflows/contracts/host-activities.ts';
import type { Engine } from './docker/engine.ts';
import { dockerMessage, isNotFound } from './docker/errors.ts';

/** The images of one engine. One that is there is used as it is, wherever it came from. */
export class Images {
  readonly #engine: Engine;
  readonly #log: Logger;
  readonly #pulls = new Map<string, Promise<void>>();

  constructor(engine: Engine, log: Logger) {
    this.#engine = engine;
    this.#log = log;
  }

  /** Pulls an image ahead if it is absent; only says so where that fails, a job will fail better. */
  async prepare(image: string): Promise<void> {
    try {
      await this.#engine.docker.getImage(image).inspect();
    } catch (error) {
      if (!isNotFound(error)) return;
      await this.pull(image).catch((failure: Error) => this.#log.warn(failure.message));
    }
  }

  /**
   * Pulls an image; several at once wait for one pull.
   *
   * @throws ApplicationFailure `ImageMissing`, not to be retried
   */
  pull(image: string): Promise<void> {
    let pull = this.#pulls.get(image);
    if (!pull) {
      pull = this.#pull(image).finally(() => this.#pulls.delete(image));
      this.#pulls.set(image, pull);
    }
    return pull;
  }

  async #pull(image: string): Promise<void> {
    this.#log.info({ image }, 'Pulling an image');
    const { streams, hostId } = this.#engine;
    try {
      const progress = await streams.pull(withTag(image));
      await new Promise<void>((resolve, reject) => {
        streams.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      throw ApplicationFailure.nonRetryable(
        `Image ${image} is not on host ${hostId} and can't be pulled: ${dockerMessage(error)}. ` +
          `Bring it there (docker pull, docker load or docker build), or name another in POOL_IMAGE.`,
        IMAGE_MISSING,
      );
    }
    this.#log.info({ image }, 'Pulled an image');
  }
}

/** Without a tag or digest Docker would pull every tag that there is. */
function withTag(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return name.includes(':') || name.includes('@') ? image : `${image}:latest`;
}
