import type { Me } from "@baton/wire";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useServices } from "../../app/hooks";
import { ApiError } from "../../wire/http";

/** What the fields of a form may have wrong, by field. */
export type FieldErrors = Readonly<Record<string, string>>;

/** Sends a form that signs somebody in, and goes on to `to`. */
export function useEntry<F>(send: (form: F) => Promise<Me>, to: string) {
  const { queries } = useServices();
  const router = useRouter();
  return useMutation({
    mutationFn: send,
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(["me"], me);
      void router.navigate({ href: to, replace: true });
    },
  });
}

/** The messages of a 422 answer, by field. */
export function fieldErrors(error: unknown): FieldErrors {
  if (!(error instanceof ApiError)) return {};
  const { fields } = error.details;
  if (typeof fields !== "object" || fields === null) return {};
  return Object.fromEntries(
    Object.entries(fields).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

/** The secret after `#` in a link, which never reaches a server's log. */
export function linkToken(): string {
  return window.location.hash.replace(/^#/, "");
}
