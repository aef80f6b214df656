import { Switch as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cx } from "./cx";

/** An on-off switch; green when on, because here on means "available" or "active". */
export function Switch({ className, ...rest }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root
      className={cx(
        "relative h-[18px] w-8 shrink-0 rounded-full bg-line-strong transition-colors duration-120 disabled:opacity-50 data-[state=checked]:bg-ok",
        className,
      )}
      {...rest}
    >
      <Radix.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-bg transition-transform duration-120 data-[state=checked]:translate-x-4" />
    </Radix.Root>
  );
}
