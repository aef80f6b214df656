import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";
import { CheckIcon } from "./icons";
import { Kbd } from "./kbd";

/** A menu beside its button. The page behind stays reachable: a click elsewhere closes the menu and counts. */
export function Menu(props: ComponentProps<typeof Radix.Root>) {
  return <Radix.Root modal={false} {...props} />;
}

export const MenuTrigger = Radix.Trigger;

export function MenuContent({ children, className, ...rest }: ComponentProps<typeof Radix.Content>) {
  return (
    // Within the page's main part, so that screen readers meet it in a landmark.
    <Radix.Portal container={document.querySelector<HTMLElement>("main")}>
      <Radix.Content
        align="end"
        sideOffset={4}
        collisionPadding={8}
        className={cx(
          "z-40 max-h-(--radix-dropdown-menu-content-available-height) min-w-52 max-w-80 animate-pop overflow-y-auto rounded-card bg-float p-1 shadow-float",
          className,
        )}
        {...rest}
      >
        {children}
      </Radix.Content>
    </Radix.Portal>
  );
}

const ITEM =
  "flex min-h-8 select-none items-center gap-2 rounded-control px-2 py-1 text-body text-t1 outline-none pointer-coarse:min-h-11 data-[disabled]:opacity-50 data-[highlighted]:bg-s3";

export function MenuItem({
  icon,
  keys,
  hint,
  danger = false,
  children,
  ...rest
}: ComponentProps<typeof Radix.Item> & {
  icon?: ReactNode;
  keys?: string;
  hint?: string;
  danger?: boolean;
}) {
  return (
    <Radix.Item className={cx(ITEM, danger && "text-err")} {...rest}>
      {icon !== undefined && <span className="flex size-4 items-center justify-center text-t3">{icon}</span>}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{children}</span>
        {hint !== undefined && <span className="block text-meta text-t3">{hint}</span>}
      </span>
      {keys !== undefined && <Kbd keys={keys} />}
    </Radix.Item>
  );
}

/** A menu of which exactly one line is chosen. */
export function MenuChoices({
  value,
  onChoose,
  choices,
}: {
  value: string;
  onChoose: (value: string) => void;
  choices: readonly { value: string; label: string }[];
}) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChoose}>
      {choices.map((choice) => (
        <Radix.RadioItem key={choice.value} value={choice.value} className={ITEM}>
          <span className="flex size-4 items-center justify-center">
            <Radix.ItemIndicator>
              <CheckIcon size={14} aria-hidden />
            </Radix.ItemIndicator>
          </span>
          <span className="min-w-0 flex-1 truncate">{choice.label}</span>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-1 text-meta text-t3">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}
