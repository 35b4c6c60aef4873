/** An IPv4 block as numbers: its first and last address. */
interface Block {
  first: number;
  last: number;
}

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/;

/**
 * The first block of the wanted size within a range that overlaps none of those taken; null when the
 * range is full.
 *
 * @param range - `10.100.0.0/16`
 * @param prefix - size of a block: 24 is 256 addresses
 * @param taken - blocks or addresses in use; anything that isn't IPv4 is passed over
 * @throws RangeError when the range is not an IPv4 block or is smaller than one block
 */
export function allocateSubnet(
  range: string,
  prefix: number,
  taken: readonly string[],
): string | null {
  const whole = parseRange(range, prefix);
  const used = taken.map(parseBlock).filter((block) => block !== null);
  const size = 2 ** (32 - prefix);
  for (let first = whole.first; first + size - 1 <= whole.last; first += size) {
    const last = first + size - 1;
    if (!used.some((block) => block.first <= last && first <= block.last)) {
      return `${formatAddress(first)}/${prefix}`;
    }
  }
  return null;
}

/**
 * How many blocks of a size a range holds.
 *
 * @throws RangeError like {@link allocateSubnet}
 */
export function subnetCount(range: string, prefix: number): number {
  const whole = parseRange(range, prefix);
  return (whole.last - whole.first + 1) / 2 ** (32 - prefix);
}

function parseRange(range: string, prefix: number): Block {
  const whole = parseBlock(range);
  if (!whole) throw new RangeError(`"${range}" is not an IPv4 range such as 10.100.0.0/16`);
  if (whole.last - whole.first + 1 < 2 ** (32 - prefix)) {
    throw new RangeError(`${range} is smaller than one /${prefix}`);
  }
  return whole;
}

/** The block that an address lies in, with the host bits of a sloppy `10.0.0.7/24` cut off. */
function parseBlock(cidr: string): Block | null {
  const match = CIDR.exec(cidr.trim());
  if (!match) return null;
  const [one, two, three, four, bits] = match.slice(1).map((part) => Number(part ?? 32)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if ([one, two, three, four].some((octet) => octet > 255) || bits > 32) return null;
  const address = ((one * 256 + two) * 256 + three) * 256 + four;
  const size = 2 ** (32 - bits);
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

function formatAddress(address: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(address / unit) % 256).join('.');
}
