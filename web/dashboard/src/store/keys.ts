/** Which key does what, in one place: the buttons, the palette and the help read it here. */
export const KEYS = {
  help: "?",
  palette: "mod+k",
  search: "/",
  next: "j",
  previous: "k",
  open: "enter",
  back: "escape",
  reply: "r",
  take_over: "t",
  return_to_ai: "h",
  return_to_queue: "q",
  assign: "a",
  assign_to_me: "i",
  close: "e",
  close_and_next: "shift+e",
  reopen: "o",
  go_waiting: "g n",
  go_mine: "g m",
  go_team: "g t",
  go_live: "g a",
  go_resolved: "g c",
  nav: "[",
  details: "]",
  add_source: "c",
  undo: "mod+z",
} as const;

/** The help dialog's text. */
export const KEY_HELP: readonly {
  title: string;
  rows: readonly { keys: readonly string[]; text: string }[];
}[] = [
  {
    title: "Move",
    rows: [
      { keys: [KEYS.next, "arrowdown"], text: "Next conversation" },
      { keys: [KEYS.previous, "arrowup"], text: "Previous conversation" },
      { keys: [KEYS.open], text: "Open the conversation in focus" },
      { keys: [KEYS.back], text: "Close what is on top, or go back" },
      { keys: [KEYS.search], text: "Search this list" },
      { keys: [KEYS.palette], text: "Every action and conversation" },
    ],
  },
  {
    title: "Conversation",
    rows: [
      { keys: [KEYS.take_over], text: "Take over" },
      { keys: [KEYS.reply], text: "Write a reply" },
      { keys: [KEYS.return_to_ai], text: "Hand back to the AI" },
      { keys: [KEYS.return_to_queue], text: "Put back in the queue" },
      { keys: [KEYS.assign], text: "Assign to a colleague" },
      { keys: [KEYS.assign_to_me], text: "Assign to me" },
      { keys: [KEYS.close], text: "Close with an outcome" },
      { keys: [KEYS.close_and_next], text: "Close as solved and open the next" },
      { keys: [KEYS.reopen], text: "Reopen" },
    ],
  },
  {
    title: "Go to",
    rows: [
      { keys: [KEYS.go_waiting], text: "Needs human" },
      { keys: [KEYS.go_mine], text: "Mine" },
      { keys: [KEYS.go_team], text: "Team" },
      { keys: [KEYS.go_live], text: "AI is answering" },
      { keys: [KEYS.go_resolved], text: "Resolved" },
    ],
  },
  {
    title: "Writing",
    rows: [
      { keys: ["mod+enter"], text: "Send" },
      { keys: ["mod+shift+enter"], text: "Send and close as solved" },
      { keys: ["escape"], text: "Leave the reply; the draft is kept" },
    ],
  },
  {
    title: "View",
    rows: [
      { keys: [KEYS.nav], text: "Narrow or widen the navigation" },
      { keys: [KEYS.details], text: "Show or hide the details" },
      { keys: [KEYS.add_source], text: "Add a source, where the sources are" },
      { keys: [KEYS.undo], text: "Undo the last action" },
      { keys: [KEYS.help], text: "This list" },
    ],
  },
];

/** A key press, as far as shortcuts care. */
export type KeyPress = {
  key: string;
  /** Ctrl or Cmd. */
  mod: boolean;
  shift: boolean;
  alt: boolean;
  /** The focus is where keys write text. */
  writing: boolean;
  repeat: boolean;
};

/** The second key of a sequence such as `g n` must come within this time. */
const SEQUENCE_MS_MAX = 1_200;

/** Turns key presses into chords. Single keys do nothing while text is written, or when they are turned off. */
export class KeyReader {
  private prefix: { key: string; at: number } | null = null;

  read(press: KeyPress, now: number, singleKeys: "on" | "off"): string | null {
    const key = press.key.toLowerCase();
    const prefix = this.prefix !== null && now - this.prefix.at <= SEQUENCE_MS_MAX ? this.prefix.key : null;
    if (["shift", "control", "meta", "alt"].includes(key)) return null;
    this.prefix = null;
    if (press.alt) return null;
    if (press.mod) return press.writing && key !== "k" ? null : `mod+${key}`;
    if (press.writing) return null;
    if (key.length > 1) return press.shift ? null : key;
    if (singleKeys === "off") return null;
    if (prefix !== null) return `${prefix} ${key}`;
    if (key === "g" && !press.shift) {
      if (!press.repeat) this.prefix = { key, at: now };
      return null;
    }
    // On most keyboards `?`, `[` and `]` need Shift or not; what counts is the character.
    return press.shift && /[a-z]/.test(key) ? `shift+${key}` : key;
  }
}
