const maxCharacters = 200;

/**
 * The name of a file as it is shown: without folders, control characters and marks that turn the direction of text,
 * and not over 200 characters, its ending kept. It never names anything in the store.
 */
export function displayFilename(given: string): string {
  const name = (given.split(/[/\\]/).at(-1) ?? '').replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
  const characters = [...name];
  if (characters.length === 0) return 'unnamed';
  if (characters.length <= maxCharacters) return name;
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(name)?.[0] ?? '';
  return `${characters.slice(0, maxCharacters - ending.length - 1).join('')}…${ending}`;
}
