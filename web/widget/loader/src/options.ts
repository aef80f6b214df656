import type { Position, Scheme } from "@baton/wire";
import { warn } from "./warn";

/** What the script tag says; null where the agent's settings decide. */
export type Options = {
  agentId: string;
  /** Origin that the script came from: the Baton server. */
  origin: string;
  position: Position | null;
  scheme: Scheme;
  color: string | null;
  /** "show", "hide", or the words on the launcher. */
  launcher: string;
  load: "idle" | "interaction" | "manual";
  open: boolean;
  lang: string | null;
  z: string;
  offsetX: string;
  offsetY: string;
};

/** Reads the tag; a wrong value is told on the console and the default is taken. */
export function readOptions(script: HTMLScriptElement, agentId: string): Options {
  const read = (name: string) => script.getAttribute(`data-${name}`);
  const valid = (name: string, allowed: RegExp, otherwise: string | null) => {
    const value = read(name);
    if (value === null || allowed.test(value)) return value ?? otherwise;
    warn(`data-${name}="${value}" must match ${allowed.source}`);
    return otherwise;
  };
  return {
    agentId,
    origin: new URL(script.src).origin,
    position: valid("position", /^(left|right)$/, null) as Position | null,
    scheme: valid("scheme", /^(auto|light|dark)$/, "auto") as Scheme,
    color: valid("color", /^#[0-9a-fA-F]{6}$/, null),
    launcher: read("launcher") || "show",
    load: valid("load", /^(idle|interaction|manual)$/, "idle") as Options["load"],
    open: (read("open") ?? "false") !== "false",
    lang: read("lang"),
    z: valid("z", /^\d+$/, "2147483000") as string,
    offsetX: valid("offset-x", /^\d+$/, "20") as string,
    offsetY: valid("offset-y", /^\d+$/, "20") as string,
  };
}
