import type { HandoffReason } from "@baton/wire";
import type { ReactNode } from "react";
import {
  CloudOffIcon,
  CreditCardIcon,
  FrownIcon,
  HandIcon,
  PointerIcon,
  QuestionIcon,
  TagIcon,
  TextIcon,
  UserCheckIcon,
} from "../../components/icons";
import { REASON_NAMES } from "../../text/words";

const ICON = { size: 14, strokeWidth: 1.5, "aria-hidden": true, className: "shrink-0" } as const;

export const REASON_ICONS: Record<HandoffReason, ReactNode> = {
  asked: <HandIcon {...ICON} />,
  no_answer: <QuestionIcon {...ICON} />,
  frustrated: <FrownIcon {...ICON} />,
  keyword: <TextIcon {...ICON} />,
  action: <PointerIcon {...ICON} />,
  topic: <TagIcon {...ICON} />,
  taken_over: <UserCheckIcon {...ICON} />,
  no_credit: <CreditCardIcon {...ICON} />,
  model_down: <CloudOffIcon {...ICON} />,
};

/** Why a conversation came to people: an icon and words. */
export function Reason({ reason }: { reason: HandoffReason }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1 text-meta text-t2">
      {REASON_ICONS[reason]}
      <span className="truncate">{REASON_NAMES[reason]}</span>
    </span>
  );
}
