/** Runyard's mark: the ladder of a rail yard, with a wagon on its middle track. */
export function Logo({ size }: { size: number }) {
  return <img src="/favicon.svg" width={size} height={size} alt="" />;
}
