/**
 * How well a text fits what was typed: 0 when it does not.
 *
 * The start of the text counts most, then the start of a word, then any place, then letters in order with gaps.
 * Every word that was typed must fit somewhere.
 */
export function fit(text: string, typed: string): number {
  const haystack = text.toLowerCase();
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return 1;
  if (haystack.startsWith(words.join(" "))) return 5;
  const scores = words.map((word) => fitOf(haystack, word));
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function fitOf(haystack: string, word: string): number {
  const at = haystack.indexOf(word);
  if (at === 0) return 4;
  if (at !== -1) return /\W/.test(haystack[at - 1] ?? " ") || haystack.includes(` ${word}`) ? 3 : 2;
  // Letters with gaps are a guess, and only worth one for short names.
  return haystack.length <= 60 && isSubsequence(haystack, word) ? 1 : 0;
}

function isSubsequence(haystack: string, word: string): boolean {
  let from = 0;
  for (const letter of word) {
    const at = haystack.indexOf(letter, from);
    if (at === -1) return false;
    from = at + 1;
  }
  return true;
}

/** Those that fit, best first; equals keep their order. */
export function ranked<T>(values: readonly T[], textOf: (value: T) => string, typed: string): T[] {
  return values
    .map((value) => ({ value, score: fit(textOf(value), typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ value }) => value);
}
