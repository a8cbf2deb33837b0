/** Topic matching as RabbitMQ does it: `*` is exactly one word, `#` any number of them. */
export function matchesBinding(binding: string, routingKey: string): boolean {
  return matches(binding.split('.'), routingKey.split('.'));
}

function matches(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') return matches(rest, words) || (words.length > 0 && matches(pattern, words.slice(1)));
  const [word, ...otherWords] = words;
  return word !== undefined && (first === '*' || first === word) && matches(rest, otherWords);
}
