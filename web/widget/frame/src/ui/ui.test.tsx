// @vitest-environment happy-dom
import type { ChatState } from "@baton/chat-core";
import { emptyThread } from "@baton/chat-core";
import type { Action, FieldValue } from "@baton/wire";
import { type ComponentChild, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { extrasEn } from "../../../locale/en";
import { addStrings } from "../i18n";
import { ActionForm } from "./ActionForm";
import { Answer } from "./Answer";
import { Composer } from "./Composer";
import { Header } from "./Header";
import { Markdown } from "./Markdown";

addStrings(extrasEn);

let root: HTMLElement | null = null;
afterEach(() => {
  if (root !== null) render(null, root);
  root?.remove();
  root = null;
});

async function show(what: ComponentChild): Promise<HTMLElement> {
  const place = root ?? document.body.appendChild(document.createElement("div"));
  root = place;
  await act(() => render(what, place));
  return place;
}

function find<E extends Element = HTMLElement>(place: Element, selector: string): E {
  const found = place.querySelector<E>(selector);
  if (found === null) throw new Error(`no ${selector} in ${place.innerHTML}`); // tidy: allow, reads only
  return found;
}

async function type(input: HTMLInputElement | HTMLTextAreaElement, value: string) {
  await act(() => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const base: ChatState = {
  phase: "ready",
  config: {
    agent_id: "a",
    name: "Acme",
    welcome: "Hello",
    suggestions: [],
    accent_color: "#3b55d9",
    position: "right",
    announcement: "named",
    actions: [],
    person: { someone_there: true, offered: true },
    ticket: "",
    team_name: "Acme Support",
  },
  thread: null,
  earlier: null,
  outbox: [],
  person: { someone_there: true, offered: true },
  typing: null,
  connection: { kind: "idle" },
  reconnecting: false,
  online: true,
  limitedUntil: null,
  pendingRatings: new Map(),
  unread: 0,
  newFrom: null,
};

describe("Markdown", () => {
  it("makes no element and no link from hostile text", async () => {
    const place = await show(
      <Markdown text={'<img src=x onerror="x"> [a](javascript:x) <a href="https://e.test">b</a> **<b>**'} />,
    );
    expect(place.querySelectorAll("img, script, b")).toHaveLength(0);
    const links = [...place.querySelectorAll("a")].map((link) => link.getAttribute("href"));
    expect(links).toEqual(["https://e.test"]);
    expect(place.textContent).toContain('<img src=x onerror="x">');
  });

  it("opens links elsewhere and tells them nothing", async () => {
    const place = await show(<Markdown text="[plans](https://a.test/plans)" />);
    const link = find<HTMLAnchorElement>(place, "a");
    expect([link.target, link.rel]).toEqual(["_blank", "noopener noreferrer nofollow"]);
  });
});

describe("Answer", () => {
  const item = {
    kind: "ai_message" as const,
    seq: 3,
    at: 0,
    message: "answer" as const,
    text: "Five days [1], or so [7].",
    citations: [
      {
        index: 1,
        title: "Refund policy",
        url: "javascript:alert(1)",
        source_name: "Help",
        heading_path: ["Returns"],
        quote: "Five days.",
        passage_id: "p",
      },
    ],
    offersPerson: false,
    rating: null,
  };

  it("numbers its sources and leaves out numbers that have none", async () => {
    const place = await show(<Answer item={item} rating={null} onRate={() => {}} />);
    expect([...place.querySelectorAll(".cite")].map((cite) => cite.textContent)).toEqual(["1"]);
    expect(find(place, ".chip").getAttribute("aria-label")).toBe("Source 1: Refund policy");
  });

  it("shows a source with its quote, without a link that is no web address", async () => {
    const place = await show(<Answer item={item} rating={null} onRate={() => {}} />);
    await act(() => find(place, ".chip").click());
    expect(find(place, ".popover").textContent).toContain("Help › Returns");
    expect(find(place, ".popover blockquote").textContent).toBe("Five days.");
    expect(place.querySelector(".popover a")).toBeNull();
    await act(() => {
      dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    });
    expect(place.querySelector(".popover")).toBeNull();
    expect(document.activeElement).toBe(find(place, ".chip"));
  });

  it("rates, takes back, and asks what was wrong", async () => {
    const rated: unknown[] = [];
    const onRate = (...what: unknown[]) => rated.push(what);
    const place = await show(<Answer item={item} rating={null} onRate={onRate} />);
    const [up, down] = [...place.querySelectorAll<HTMLElement>(".answer-tools button")];
    await act(() => down?.click());
    await act(() => find(place, ".rating .chip").click());
    await type(find<HTMLInputElement>(place, ".rating input"), "It is ten");
    await act(() => find<HTMLFormElement>(place, ".rating").requestSubmit());
    await show(<Answer item={item} rating="up" onRate={onRate} />);
    expect(up?.getAttribute("aria-pressed")).toBe("true");
    await act(() => up?.click());
    expect(rated).toEqual([
      ["down", null],
      ["down", "Wrong: It is ten"],
      [null, null],
    ]);
  });
});

describe("ActionForm", () => {
  const action: Action = {
    action_id: "order",
    label: "Ask about an order",
    fields: [
      { name: "name", label: "Name", kind: "text", required: true },
      { name: "email", label: "Email", kind: "email", required: true },
      { name: "note", label: "Note", kind: "long_text", required: false },
    ],
  };
  const form = (sent: FieldValue[][], more: { refused?: Record<string, string> } = {}) => (
    <ActionForm
      action={action}
      teamName="Acme Support"
      known={{ name: "Ada" }}
      refused={more.refused ?? NONE}
      onSubmit={(fields) => sent.push(fields)}
      onCancel={() => {}}
    />
  );
  const NONE = {};

  it("says beside the field what is wrong, and goes there", async () => {
    const sent: FieldValue[][] = [];
    const place = await show(form(sent));
    await type(find<HTMLInputElement>(place, "[name=email]"), "ada@");
    await act(() => find<HTMLFormElement>(place, "form").requestSubmit());
    const email = find<HTMLInputElement>(place, "[name=email]");
    expect(email.getAttribute("aria-invalid")).toBe("true");
    expect(find(place, `#${email.getAttribute("aria-describedby")}`).textContent).toContain("whole email");
    expect(document.activeElement).toBe(email);
    expect(sent).toEqual([]);
  });

  it("knows what was given before and sends what is filled in", async () => {
    const sent: FieldValue[][] = [];
    const place = await show(form(sent));
    expect(document.activeElement).toBe(find(place, "[name=email]"));
    await type(find<HTMLInputElement>(place, "[name=email]"), " ada@a.test ");
    await act(() => find<HTMLFormElement>(place, "form").requestSubmit());
    expect(sent).toEqual([
      [
        { name: "name", label: "Name", value: "Ada" },
        { name: "email", label: "Email", value: "ada@a.test" },
      ],
    ]);
  });

  it("shows what the server refused", async () => {
    const place = await show(form([], { refused: { name: "Too short." } }));
    expect(find(place, "#field-name-error").textContent).toBe("Too short.");
    expect(document.activeElement).toBe(find(place, "[name=name]"));
  });
});

describe("Composer", () => {
  async function composer(draft: string, state: ChatState = base) {
    const sent: string[] = [];
    const place = await show(
      <Composer
        state={state}
        draft={draft}
        onDraft={() => {}}
        onSend={() => sent.push(draft)}
        onLastAnswer={() => {}}
        focusWish={0}
      />,
    );
    const press = (how: KeyboardEventInit) =>
      act(() => {
        find(place, "textarea").dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...how }));
      });
    return { place, sent, press };
  }

  it("sends with Enter, not with Shift and Enter, not while a word is composed", async () => {
    const { sent, press } = await composer("Hi");
    await press({ key: "Enter", shiftKey: true });
    await press({ key: "Enter", isComposing: true });
    expect(sent).toEqual([]);
    await press({ key: "Enter" });
    expect(sent).toEqual(["Hi"]);
  });

  it("sends nothing that is empty or too long, and counts near the limit", async () => {
    const empty = await composer("  ");
    await empty.press({ key: "Enter" });
    expect(empty.sent).toEqual([]);
    const long = await composer("🎈".repeat(4001));
    await long.press({ key: "Enter" });
    expect(long.sent).toEqual([]);
    expect(find(long.place, "#composer-count").textContent).toBe("1 too many");
    const near = await composer("x".repeat(3600));
    expect(find(near.place, "#composer-count").textContent).toBe("400 left");
  });
});

describe("Header", () => {
  const header = async (owner: NonNullable<ChatState["thread"]>["owner"], more: Partial<ChatState> = {}) => {
    const state = { ...base, ...more, thread: { ...emptyThread("c"), owner } };
    const place = await show(<Header state={state} menu={[]} onClose={null} />);
    return `${find(place, "h1").textContent} / ${find(place, ".state").textContent}`;
  };
  const dana = { kind: "member", memberId: "d", name: "Dana", since: 0, spoken: true } as const;

  it("says who is at the other end", async () => {
    expect(await header({ kind: "ai" })).toBe("Acme / AI assistant · answers from our docs");
    expect(await header({ kind: "queue", since: 0, reason: "asked", someoneThere: true })).toBe(
      "Acme / Connecting you…",
    );
    expect(await header({ kind: "queue", since: 0, reason: "asked", someoneThere: false })).toBe(
      "Acme / Waiting for the team",
    );
    expect(await header(dana)).toBe("Dana / Acme Support");
    expect(await header({ kind: "closed", at: 0, outcome: "solved", byName: "Dana" })).toBe(
      "Acme / Conversation closed",
    );
  });

  it("says that it reconnects, and keeps a silent handoff quiet", async () => {
    expect(await header({ kind: "ai" }, { reconnecting: true })).toBe("Acme / Reconnecting…");
    const config = { ...base.config, announcement: "silent" as const };
    expect(await header(dana, { config })).toBe("Acme Support / Online");
  });
});
