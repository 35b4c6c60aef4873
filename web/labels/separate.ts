/** Texts of which each may hold several with commas between, as single ones; none twice. */
export function separate(texts: readonly string[]): string[] {
  const parts = texts.flatMap((text) => text.split(',')).map((text) => text.trim());
  return [...new Set(parts.filter((text) => text !== ''))];
}
