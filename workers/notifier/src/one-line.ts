/**
 * Line breaks and other control characters become spaces: what is one line stays one, in a header too. What turns the
 * direction of writing goes, so that no name reads as another.
 */
export const oneLine = (text: string) =>
  text
    .replace(/[\u202A-\u202E\u2066-\u2069]/gu, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
