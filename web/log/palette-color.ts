const LEVELS = [0, 95, 135, 175, 215, 255];

/** A colour of xterm's palette from 16 (a cube of six steps) to 255 (from 232 on greys). */
export function paletteColor(index: number): string {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const step = index - 16;
  const parts = [Math.floor(step / 36), Math.floor(step / 6) % 6, step % 6];
  return `rgb(${parts.map((part) => LEVELS[part] ?? 0).join(', ')})`;
}
