/** What a typed address comes to. */
export type TypedAddress = { kind: "empty" } | { kind: "wrong"; why: string } | { kind: "fine"; url: URL };

/**
 * Reads an address as a person types it; `https://` may be left out.
 *
 * Whether it can be reached, and may be, is the server's to say.
 */
export function readAddress(typed: string): TypedAddress {
  const text = typed.trim();
  if (text === "") return { kind: "empty" };
  if (/\s/.test(text)) return wrong("An address has no spaces. Remove them, or add one address at a time.");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https")
    return wrong("Only addresses that begin with https:// or http:// can be read.");
  const whole = scheme === undefined ? `https://${text}` : text;
  if (!URL.canParse(whole)) return wrong("This is no web address. Copy it from your browser.");
  const url = new URL(whole);
  if (url.username !== "" || url.password !== "")
    return wrong("Leave the user name and password out. Only pages that anyone can open are read.");
  const { hostname } = url;
  if (!hostname.includes(".") && !hostname.includes(":") && hostname !== "localhost")
    return wrong("The name of the site is not whole yet, such as docs.example.com.");
  if (hostname.startsWith(".") || hostname.endsWith(".") || hostname.includes(".."))
    return wrong("The name of the site is not whole yet, such as docs.example.com.");
  return { kind: "fine", url };
}

function wrong(why: string): TypedAddress {
  return { kind: "wrong", why };
}
