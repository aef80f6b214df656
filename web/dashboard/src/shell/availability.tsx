import { useMutation } from "@tanstack/react-query";
import { useCallback } from "react";
import { useMe, useServices } from "../app/hooks";
import { PresenceDot } from "../components/avatar";
import { IconButton } from "../components/button";
import { Switch } from "../components/switch";
import { toFailure } from "../store/inbox-client";
import { kept } from "../store/queries";
import { PRESENCE_NAMES } from "../text/words";

/** Changes this member's availability. Saying "Available" for the first time turns the sound on. */
export function useAvailability() {
  const { api, queries, preferences, bell, toasts } = useServices();
  const { member } = useMe();
  const { mutate, isPending } = useMutation({
    mutationFn: (available: boolean) => api.setAvailability(available ? "available" : "away"),
    onSuccess: (me) => kept.putMe(queries, me),
    onError: (error) =>
      toasts.show(`Your availability was not changed. ${toFailure(error).message}`, { tone: "error" }),
  });
  const change = useCallback(
    (available: boolean) => {
      if (available) {
        bell.unlock();
        if (preferences.snapshot().sound === "unset") preferences.set({ sound: "on" });
      }
      mutate(available);
    },
    [bell, preferences, mutate],
  );
  return { availability: member.availability, busy: isPending, change };
}

/** The switch in the navigation, with its state in words. */
export function AvailabilityToggle() {
  const { availability, busy, change } = useAvailability();
  const available = availability === "available";
  return (
    <label htmlFor="availability" className="flex h-9 items-center gap-2 rounded-control px-2 hover:bg-s2">
      <PresenceDot presence={availability} />
      <span className="flex-1 text-body">{PRESENCE_NAMES[availability]}</span>
      <Switch
        id="availability"
        checked={available}
        disabled={busy}
        onCheckedChange={change}
        aria-label="Available for conversations"
      />
    </label>
  );
}

/** The same where there is room for a dot only. */
export function AvailabilityDot() {
  const { availability, busy, change } = useAvailability();
  const available = availability === "available";
  return (
    <IconButton
      label={available ? "You are available. Set yourself away" : "You are away. Set yourself available"}
      side="right"
      disabled={busy}
      icon={<PresenceDot presence={availability} />}
      onClick={() => change(!available)}
    />
  );
}
