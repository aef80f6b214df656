import type { ChatState } from "@baton/chat-core";
import { useRef, useState } from "preact/hooks";
import { type StringKey, t } from "../i18n";
import { AiMark, Icon, type IconName, Initials } from "./icons";
import { useExtras } from "./lazy";

export type MenuItem = {
  label: string;
  icon: IconName;
  /** Null for what is done rather than turned on and off. */
  checked: boolean | null;
  run: () => void;
};

type Props = {
  state: ChatState;
  menu: MenuItem[];
  /** Null where the chat is a page of its own. */
  onClose: (() => void) | null;
};

export function Header({ state, menu, onClose }: Props) {
  const { name, words, tone } = describe(state);
  const [first, ...more] = words.split(" · ");
  return (
    <header class="header">
      {tone === "person" ? <Initials name={name} size={32} /> : <AiMark size={32} />}
      <div class="header-words">
        <h1 tabIndex={-1} dir="auto">
          {name}
        </h1>
        <p class={`state state-${tone}`}>
          {first}
          {more.map((part) => [" ", <span key={part}>· {part}</span>])}
        </p>
      </div>
      <Menu items={menu} />
      {onClose === null ? null : (
        <button type="button" class="tool" aria-label={t("panel.close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}

type Tone = "ai" | "wait" | "person" | "closed";

/** Who is at the other end, and what they are doing. */
function describe(state: ChatState): { name: string; words: string; tone: Tone } {
  const { config, thread } = state;
  const key = (whenFine: StringKey): string =>
    t(state.reconnecting ? "state.reconnecting" : whenFine, { team: config.team_name });
  const { owner } = thread ?? { owner: { kind: "ai" } as const };
  switch (owner.kind) {
    case "ai":
      return { name: config.name, words: key("state.ai"), tone: "ai" };
    case "queue":
      return {
        name: config.name,
        words: key(owner.someoneThere ? "state.connecting" : "state.waiting"),
        tone: "wait",
      };
    case "member": {
      const named = config.announcement === "named" && owner.name !== "";
      return {
        name: named ? owner.name : config.team_name,
        words: key(named ? "state.member" : "state.online"),
        tone: "person",
      };
    }
    case "closed":
      return { name: config.name, words: key("state.closed"), tone: "closed" };
    default:
      return owner satisfies never;
  }
}

function Menu({ items }: { items: MenuItem[] }) {
  const [open, setOpen] = useState(false);
  const extras = useExtras(open);
  const button = useRef<HTMLButtonElement>(null);
  const leave = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div class="menu-place">
      <button
        type="button"
        ref={button}
        class="tool"
        aria-label={t("panel.menu")}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      {open && extras !== null ? (
        <extras.MenuList
          items={items}
          onLeave={(by) => (by === "outside" ? setOpen(false) : leave())}
          onRun={(item) => {
            leave();
            item.run();
          }}
        />
      ) : null}
    </div>
  );
}
