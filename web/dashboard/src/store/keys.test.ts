import { describe, expect, it } from "vitest";
import { ActionRegistry } from "./actions";
import { KEY_HELP, KEYS, type KeyPress, KeyReader } from "./keys";

function press(key: string, over: Partial<KeyPress> = {}): KeyPress {
  return { key, mod: false, shift: false, alt: false, writing: false, repeat: false, ...over };
}

describe("key presses", () => {
  it("become chords", () => {
    const reader = new KeyReader();
    expect(reader.read(press("t"), 0, "on")).toBe("t");
    expect(reader.read(press("E", { shift: true }), 0, "on")).toBe("shift+e");
    expect(reader.read(press("?", { shift: true }), 0, "on")).toBe("?");
    expect(reader.read(press("k", { mod: true }), 0, "on")).toBe("mod+k");
    expect(reader.read(press("ArrowDown"), 0, "on")).toBe("arrowdown");
  });

  it("become sequences when the second key comes in time", () => {
    const reader = new KeyReader();
    expect(reader.read(press("g"), 0, "on")).toBeNull();
    expect(reader.read(press("n"), 900, "on")).toBe("g n");
    expect(reader.read(press("g"), 2_000, "on")).toBeNull();
    expect(reader.read(press("n"), 4_000, "on")).toBe("n");
  });

  it("write text where text is written; only the palette opens there", () => {
    const reader = new KeyReader();
    expect(reader.read(press("t", { writing: true }), 0, "on")).toBeNull();
    expect(reader.read(press("Escape", { writing: true }), 0, "on")).toBeNull();
    expect(reader.read(press("z", { writing: true, mod: true }), 0, "on")).toBeNull();
    expect(reader.read(press("k", { writing: true, mod: true }), 0, "on")).toBe("mod+k");
  });

  it("do nothing alone when single keys are off", () => {
    const reader = new KeyReader();
    expect(reader.read(press("t"), 0, "off")).toBeNull();
    expect(reader.read(press("g"), 0, "off")).toBeNull();
    expect(reader.read(press("n"), 0, "off")).toBeNull();
    expect(reader.read(press("Escape"), 0, "off")).toBe("escape");
    expect(reader.read(press("k", { mod: true }), 0, "off")).toBe("mod+k");
  });

  it("leave Alt to the system", () => {
    expect(new KeyReader().read(press("t", { alt: true }), 0, "on")).toBeNull();
  });
});

describe("the key map", () => {
  it("gives every key one meaning", () => {
    const keys = Object.values(KEYS);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is told in full by the help", () => {
    const told = new Set(KEY_HELP.flatMap((group) => group.rows.flatMap((row) => row.keys)));
    for (const key of Object.values(KEYS)) expect(told).toContain(key);
  });
});

describe("actions", () => {
  it("are found by key, the newest group first, and leave with their group", () => {
    const registry = new ActionRegistry();
    const [shell, thread] = [Symbol("shell"), Symbol("thread")];
    const action = (id: string) => ({ id, title: id, section: "View", keys: "t", run: () => {} }) as const;
    registry.set(shell, [action("general")]);
    registry.set(thread, [action("special")]);
    expect(registry.find("t")?.id).toBe("special");
    registry.set(thread, []);
    expect(registry.find("t")?.id).toBe("general");
    expect(registry.find("x")).toBeNull();
  });
});
