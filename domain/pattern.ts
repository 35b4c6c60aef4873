/**
 * Whether a text fits a pattern in which `*` stands for any characters; case counts for nothing, as
 * with GitHub's own labels and repository names.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const subject = text.toLowerCase();
  const [head = '', ...rest] = parts;
  if (rest.length === 0) return subject === head;
  if (!subject.startsWith(head)) return false;
  const tail = rest.pop() ?? '';
  let position = head.length;
  for (const part of rest) {
    const found = subject.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return subject.length - tail.length >= position && subject.endsWith(tail);
}
