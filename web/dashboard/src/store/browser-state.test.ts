import type { Agent } from "@baton/wire";
import { describe, expect, it, vi } from "vitest";
import type { AgentPatch } from "../wire/api";
import { Clock } from "./clock";
import { Drafts } from "./drafts";
import { firstSteps, noteTried, wasTried } from "./first-steps";
import { DEFAULT_PREFERENCES, PreferenceStore } from "./preferences";
import {
  changesOf,
  conflictsOf,
  draftOf,
  edited,
  fieldName,
  NO_EDITS,
  unsaved,
  without,
} from "./settings-draft";
import { ToastStore } from "./toasts";

class MemoryStore {
  constructor(readonly values: Record<string, string> = {}) {}
  getItem = (key: string): string | null => this.values[key] ?? null;
  setItem = (key: string, value: string): void => {
    this.values[key] = value;
  };
  removeItem = (key: string): void => {
    delete this.values[key];
  };
}

const broken = {
  getItem: (): string | null => {
    throw new Error("blocked");
  },
  setItem: () => {
    throw new Error("full");
  },
  removeItem: () => {},
};

const agent: Agent = {
  id: "agent",
  name: "Help",
  knowledge: {
    state: "empty",
    meaning: "off",
    sources: 0,
    documents: 0,
    passages: 0,
    trained_at: null,
    error: null,
  },
  snippet: "",
  settings: {
    welcome: "Hi",
    suggestions: [],
    accent_color: "#000000",
    position: "right",
    allowed_origins: [],
    instructions: "",
    model: { choice: "installation", provider: "open_ai", base_url: "", name: "", temperature: null },
    handoff: {
      mode: "auto",
      no_answer_after: 1,
      nobody_there: "suppress",
      announcement: "named",
      announcement_text: "",
    },
    answer_threshold: 0.8,
    offer_person_below: 0.9,
    refuse_worse_training: false,
    ai_resumes: "after_close",
    session_window_minutes: 60,
    burst_wait_ms: 500,
    answer_deadline_seconds: 20,
    actions: [],
  },
};

describe("drafts", () => {
  it("outlive a reload and go when they are empty", () => {
    const storage = new MemoryStore();
    new Drafts(storage).set("a", "half a sen");
    const later = new Drafts(storage);
    expect(later.get("a")).toBe("half a sen");
    later.set("a", "");
    expect(new Drafts(storage).get("a")).toBe("");
    expect(storage.values).toEqual({});
  });

  it("stay within their number, the oldest going first", () => {
    const drafts = new Drafts(new MemoryStore());
    for (let index = 0; index < 120; index += 1) drafts.set(`c${index}`, "text");
    expect(Object.keys(drafts.snapshot())).toHaveLength(100);
    expect(drafts.get("c0")).toBe("");
    expect(drafts.get("c119")).toBe("text");
  });

  it("work without storage, and with rubbish in it", () => {
    const drafts = new Drafts(broken);
    drafts.set("a", "kept here");
    expect(drafts.get("a")).toBe("kept here");
    expect(new Drafts(new MemoryStore({ "baton.drafts": '["x"]' })).snapshot()).toEqual({});
    expect(new Drafts(new MemoryStore({ "baton.drafts": "{" })).snapshot()).toEqual({});
  });
});

describe("preferences", () => {
  it("are kept, and unknown values fall back", () => {
    const storage = new MemoryStore();
    new PreferenceStore(storage).set({ scheme: "dark" });
    expect(new PreferenceStore(storage).snapshot().scheme).toBe("dark");
    const odd = new MemoryStore({ "baton.preferences": '{"scheme":"pink","enter":"newline"}' });
    expect(new PreferenceStore(odd).snapshot()).toEqual({ ...DEFAULT_PREFERENCES, enter: "newline" });
    expect(new PreferenceStore(broken).snapshot()).toEqual(DEFAULT_PREFERENCES);
  });
});

describe("the clock", () => {
  it("follows the server when this machine's clock is wrong, not when it is a second off", () => {
    const clock = new Clock(
      () => 10_000,
      () => 1,
      () => {},
    );
    clock.correct(11_000);
    expect(clock.now()).toBe(10_000);
    clock.correct(70_000);
    expect(clock.now()).toBe(70_000);
  });
});

describe("toasts", () => {
  it("undo the newest action that can be undone, once", () => {
    const toasts = new ToastStore(
      () => 1,
      () => {},
    );
    const undone: string[] = [];
    toasts.show("first", { undo: () => undone.push("first") });
    toasts.show("second", { undo: () => undone.push("second") });
    toasts.show("only words");
    expect(toasts.undo()).toBe(true);
    expect(toasts.undo()).toBe(true);
    expect(toasts.undo()).toBe(false);
    expect(undone).toEqual(["second", "first"]);
    expect(toasts.snapshot().map((toast) => toast.text)).toEqual(["only words"]);
  });
});

describe("undoing what is under way", () => {
  it("waits for it, and does not undo what was done before", async () => {
    const toasts = new ToastStore(
      () => 1,
      () => {},
    );
    const undone: string[] = [];
    toasts.show("taken over", { undo: () => undone.push("taken over") });
    let finish = () => {};
    const action = new Promise<void>((resolve) => {
      finish = resolve;
    }).then(() => toasts.show("put back", { undo: () => undone.push("put back") }));
    toasts.during(action);
    expect(toasts.undo()).toBe(true);
    expect(undone).toEqual([]);
    finish();
    await action;
    await vi.waitFor(() => expect(undone).toEqual(["put back"]));
  });
});

describe("first steps", () => {
  const none = { live: 0, waiting: 0, mine: 0, team: 0, resolved: 0 };
  const done = (...parameters: Parameters<typeof firstSteps>) =>
    firstSteps(...parameters).map((step) => step.done);

  it("are read from what is there", () => {
    expect(done(agent, none, false)).toEqual([false, false, false, false]);
    const filled = { ...agent, knowledge: { ...agent.knowledge, sources: 2 } };
    expect(done(filled, none, true)).toEqual([true, true, false, false]);
    expect(done(filled, { ...none, live: 1 }, false)).toEqual([true, true, true, true]);
  });

  it("remember a test by agent", () => {
    const storage = new MemoryStore();
    noteTried(storage, "one");
    noteTried(storage, "two");
    noteTried(storage, "two");
    expect(storage.values["baton.tried"]).toBe("one two");
    expect(wasTried(storage, "two")).toBe(true);
    expect(wasTried(storage, "three")).toBe(false);
  });
});

describe("settings", () => {
  const by = (part: AgentPatch, from: Agent = agent): Agent => {
    const { name, handoff, model, ...rest } = part;
    const settings = {
      ...from.settings,
      ...rest,
      handoff: { ...from.settings.handoff, ...handoff },
      model: { ...from.settings.model, ...model },
    };
    return { ...from, name: name ?? from.name, settings };
  };
  const mine = edited(agent, NO_EDITS, { welcome: "Mine.", handoff: { no_answer_after: 2 } });

  it("send only what was changed", () => {
    expect(changesOf(agent, NO_EDITS)).toEqual({});
    expect(changesOf(agent, mine)).toEqual({ welcome: "Mine.", handoff: { no_answer_after: 2 } });
    expect(draftOf(agent, mine)).toEqual(draftOf(by(changesOf(agent, mine)), NO_EDITS));
    expect(edited(agent, mine, { welcome: agent.settings.welcome, handoff: { no_answer_after: 1 } })).toEqual(
      {},
    );
  });

  it("take in what a colleague changed elsewhere, and do not send it", () => {
    const theirs = by({ name: "Theirs", handoff: { mode: "manual" } });
    expect(draftOf(theirs, NO_EDITS)).toMatchObject({ name: "Theirs", handoff: { mode: "manual" } });
    expect(changesOf(theirs, NO_EDITS)).toEqual({});
    expect(draftOf(theirs, mine)).toMatchObject({ name: "Theirs", welcome: "Mine." });
    expect(changesOf(theirs, mine)).toEqual({ welcome: "Mine.", handoff: { no_answer_after: 2 } });
    expect(conflictsOf(theirs, mine)).toEqual([]);
  });

  it("say which ones both changed, until one of the two is chosen", () => {
    const theirs = by({ welcome: "Theirs." });
    expect(conflictsOf(theirs, mine)).toEqual(["welcome"]);
    expect(draftOf(theirs, mine).welcome).toBe("Mine.");
    const still = edited(theirs, mine, { welcome: "Mine, better." });
    expect(conflictsOf(theirs, still)).toEqual(["welcome"]);
    expect(changesOf(theirs, without(still, ["welcome"]))).toEqual({ handoff: { no_answer_after: 2 } });
    expect(conflictsOf(by({ welcome: "Mine." }), mine)).toEqual([]);
  });

  it("stand for themselves within the language model too", () => {
    const chosen = edited(agent, NO_EDITS, { model: { choice: "own", name: "small" } });
    expect(changesOf(agent, chosen)).toEqual({ model: { choice: "own", name: "small" } });
    const theirs = by({ model: { base_url: "https://m.example" } });
    expect(draftOf(theirs, chosen).model).toMatchObject({ name: "small", base_url: "https://m.example" });
    expect(conflictsOf(by({ model: { name: "big" } }), chosen)).toEqual(["model.name"]);
  });

  it("keep what was changed again while the first change was being saved", () => {
    const again = edited(agent, mine, { welcome: "Mine, again." });
    expect(unsaved(mine, mine)).toEqual({});
    const saved = by(changesOf(agent, mine));
    expect(changesOf(saved, unsaved(again, mine))).toEqual({ welcome: "Mine, again." });
  });

  it("name fields after their label, each differently", () => {
    expect(fieldName("Order number", [])).toBe("order_number");
    expect(fieldName("Größe?", [])).toBe("gro_e");
    expect(fieldName("???", [])).toBe("field");
    expect(fieldName("Order number", ["order_number", "order_number_2"])).toBe("order_number_3");
  });
});
