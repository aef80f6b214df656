import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import type { MenuItem } from "./Header";
import { useLayer } from "./hooks";
import { Icon } from "./icons";

type MenuListProps = {
  items: MenuItem[];
  onLeave: (by: "escape" | "outside") => void;
  onRun: (item: MenuItem) => void;
};

export function MenuList({ items, onLeave, onRun }: MenuListProps) {
  const ref = useLayer<HTMLDivElement>(onLeave);
  const entries = () => [...(ref.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
  useEffect(() => entries()[0]?.focus(), []);
  const move = (event: KeyboardEvent) => {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Tab") onLeave("escape");
    if (to === undefined) return;
    event.preventDefault();
    all[to % all.length]?.focus();
  };
  return (
    <div class="menu" role="menu" tabIndex={-1} aria-label={t("panel.menu")} ref={ref} onKeyDown={move}>
      {items.map((item) => {
        const run = () => onRun(item);
        const inner = (
          <>
            <Icon name={item.icon} size={18} />
            <span>{item.label}</span>
            {item.checked === true ? <Icon name="check" size={16} /> : null}
          </>
        );
        return item.checked === null ? (
          <button type="button" key={item.label} role="menuitem" tabIndex={-1} onClick={run}>
            {inner}
          </button>
        ) : (
          <button
            type="button"
            key={item.label}
            role="menuitemcheckbox"
            aria-checked={item.checked}
            tabIndex={-1}
            onClick={run}
          >
            {inner}
          </button>
        );
      })}
    </div>
  );
}
