import type Docker from 'dockerode';
import pLimit from 'p-limit';
import { allocateSubnet, subnetCount } from '../domain/subnet-allocation.ts';
import type { Engine } from './docker/engine.ts';
import { isConflict, isNotFound, isSubnetTaken } from './docker/errors.ts';
import { hostFilter, LABELS, networkLabels } from './docker/labels.ts';

/** size of a repository's network: 256 addresses */
const PREFIX = 24;

/** No network can be made any more: the message says what to do. */
export class NetworkRangeFullError extends Error {
  constructor(range: string) {
    super(
      `Every /${PREFIX} of NETWORK_RANGE ${range} (${subnetCount(range, PREFIX)} networks) is in use on this ` +
        `Docker engine: remove networks that are idle (docker network prune) or set a larger NETWORK_RANGE`,
    );
    this.name = 'NetworkRangeFullError';
  }
}

/**
 * The repositories' networks on one engine: one bridge each, with a subnet that no other network of the
 * engine overlaps. Docker doesn't keep names unique, so networks are known by label and used by id.
 */
export class Networks {
  readonly #engine: Engine;
  readonly #range: string;
  readonly #known = new Map<number, Promise<string>>();
  /** One at a time: two at once would choose the same free subnet. */
  readonly #oneByOne = pLimit(1);

  /** @throws RangeError when the range is none, or smaller than one network */
  constructor(engine: Engine, range: string) {
    subnetCount(range, PREFIX);
    this.#engine = engine;
    this.#range = range;
  }

  /**
   * Id of a repository's network, made if it isn't there.
   *
   * @throws NetworkRangeFullError
   */
  ensure(repositoryId: number): Promise<string> {
    const known = this.#known.get(repositoryId);
    if (known) return known;
    const made = this.#oneByOne(() => this.#findOrCreate(repositoryId));
    this.#known.set(repositoryId, made);
    made.catch(() => this.#known.delete(repositoryId));
    return made;
  }

  /** Forgets a network that turned out to be gone. */
  forget(repositoryId: number): void {
    this.#known.delete(repositoryId);
  }

  async #findOrCreate(repositoryId: number): Promise<string> {
    const refused: string[] = [];
    for (;;) {
      const networks = await this.#engine.docker.listNetworks();
      const own = oldest(networks.filter((network) => this.#isOf(repositoryId, network)));
      if (own) return own.Id;
      const taken = networks.flatMap((network) =>
        (network.IPAM?.Config ?? []).map((config) => config.Subnet ?? ''),
      );
      const subnet = allocateSubnet(this.#range, PREFIX, [...taken, ...refused]);
      if (subnet === null) throw new NetworkRangeFullError(this.#range);
      try {
        const created = await this.#create(repositoryId, subnet);
        return await this.#settleDuplicates(repositoryId, created);
      } catch (error) {
        // Somebody else took the subnet, or made this very network, since the list was read.
        if (isSubnetTaken(error)) refused.push(subnet);
        else if (!isConflict(error)) throw error;
      }
    }
  }

  async #create(repositoryId: number, subnet: string): Promise<string> {
    const network = await this.#engine.docker.createNetwork({
      Name: `runyard-${this.#engine.hostId}-${repositoryId}`,
      Driver: 'bridge',
      CheckDuplicate: true,
      // a runner must reach GitHub; what else it may reach is for the isolation rules to say
      Internal: false,
      EnableIPv6: false,
      IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
      Options: { 'com.docker.network.bridge.enable_icc': 'true' },
      Labels: networkLabels(this.#engine.hostId, repositoryId),
    });
    return network.id;
  }

  /** Where another process made the same network at the same moment, the older one stays. */
  async #settleDuplicates(repositoryId: number, created: string): Promise<string> {
    const own = await this.#engine.docker.listNetworks({
      filters: {
        label: [...hostFilter(this.#engine.hostId), `${LABELS.repository}=${repositoryId}`],
      },
    });
    const stays = oldest(own)?.Id ?? created;
    if (stays !== created) {
      await this.#engine.docker
        .getNetwork(created)
        .remove()
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    }
    return stays;
  }

  #isOf(repositoryId: number, network: Docker.NetworkInspectInfo): boolean {
    const wanted = networkLabels(this.#engine.hostId, repositoryId);
    return Object.entries(wanted).every(([name, value]) => network.Labels?.[name] === value);
  }
}

function oldest(networks: Docker.NetworkInspectInfo[]): Docker.NetworkInspectInfo | undefined {
  return networks.toSorted(
    (one, other) => one.Created.localeCompare(other.Created) || one.Id.localeCompare(other.Id),
  )[0];
}
