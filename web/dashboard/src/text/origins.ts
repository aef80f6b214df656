/** What a member typed as a site, as an origin such as `https://www.example.com`; null when it is none. */
export function toOrigin(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === "" || /\s/.test(trimmed)) return null;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  try {
    const url = new URL(address);
    const known = url.protocol === "https:" || url.protocol === "http:";
    const named = url.hostname.includes(".") || url.hostname === "localhost" || url.hostname.startsWith("[");
    return known && named ? url.origin : null;
  } catch {
    return null;
  }
}
