import { Dialog as Radix } from "radix-ui";
import type { ReactNode, RefObject } from "react";
import { Button, IconButton } from "./button";
import { cx } from "./cx";
import { XIcon } from "./icons";
import { ScrollRegion } from "./scroll-region";

const BODY = "min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5";

/** What takes the focus when a dialog opens: the first field, or what asks for it. Else the dialog itself. */
const FIRST = "input:not([type=hidden]), textarea, select, [data-focus=first]";

/** A window over the page; the rest waits until it is closed. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  width = "medium",
  body = "form",
  returnTo,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string | undefined;
  width?: "medium" | "wide";
  /** What is only read takes the focus itself, so that it can be scrolled by keyboard. */
  body?: "form" | "reading";
  /** What takes the focus once the dialog is closed. */
  returnTo?: RefObject<HTMLElement | null> | undefined;
  children: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-30 animate-fade bg-[#00000055]" />
        <Radix.Content
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
          tabIndex={-1}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            const content = event.currentTarget as HTMLElement;
            (content.querySelector<HTMLElement>(FIRST) ?? content).focus();
          }}
          onCloseAutoFocus={(event) => {
            if (returnTo?.current == null) return;
            event.preventDefault();
            returnTo.current.focus();
          }}
          className={cx(
            "fixed z-30 flex outline-none max-h-[calc(100dvh-32px)] animate-pop flex-col rounded-card bg-float shadow-panel",
            "inset-x-3 top-4 mx-auto sm:top-[12vh] sm:max-h-[76vh]",
            width === "wide" ? "max-w-2xl" : "max-w-md",
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-2">
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-semibold text-large text-t1">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="mt-0.5 text-body text-t2">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" icon={<XIcon size={16} aria-hidden />} className="-mr-2" />
            </Radix.Close>
          </header>
          {body === "reading" ? (
            <ScrollRegion label={title} className={BODY}>
              {children}
            </ScrollRegion>
          ) : (
            <div className={cx("scroll-quiet", BODY)}>{children}</div>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Asks before something that cannot be undone, or that visitors notice at once. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  text,
  action,
  busy,
  tone = "danger",
  returnTo,
  onConfirm,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  text: string;
  action: string;
  busy: boolean;
  /** What can be taken back is no danger. */
  tone?: "danger" | "primary";
  returnTo?: RefObject<HTMLElement | null> | undefined;
  onConfirm: () => void;
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title} description={text} returnTo={returnTo}>
      <div className="mt-3 flex justify-end gap-2">
        <Button data-focus="first" onClick={() => onOpenChange(false)}>
          Cancel
        </Button>
        <Button tone={tone} busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
