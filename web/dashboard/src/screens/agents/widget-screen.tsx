import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNow, usePageTitle, useServices } from "../../app/hooks";
import { Button, IconButton } from "../../components/button";
import { CopyButton } from "../../components/copy-button";
import { TextField } from "../../components/field";
import { ExternalLinkIcon, XIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { Card, Section } from "../../components/page";
import { ScrollRegion } from "../../components/scroll-region";
import { toFailure } from "../../store/inbox-client";
import { kept, loads } from "../../store/queries";
import { toOrigin } from "../../text/origins";
import { agoText } from "../../text/times";
import { count } from "../../text/words";
import { fieldErrors } from "../auth/use-entry";
import { useAgent } from "./agent-layout";

/** How the agent gets onto a site. */
export function WidgetScreen() {
  const agent = useAgent();
  usePageTitle(`${agent.name}: widget`);
  return (
    <div className="scroll-quiet h-full overflow-y-auto">
      <div className="mx-auto max-w-5xl px-4 py-6 sm:px-8">
        <h1 className="sr-only">Widget</h1>
        <div className="flex max-w-3xl flex-col gap-8">
          <Section
            title="Snippet"
            text="Paste this before </body> on every page. It loads when the page is idle and never blocks it."
            actions={<CopyButton text={agent.snippet} label="Copy the snippet" tone="primary" />}
          >
            <CodeBlock text={agent.snippet} label="Snippet" />
            <p>
              <a
                href={`/c/${agent.id}`}
                target="_blank"
                rel="noreferrer"
                className="inline-flex items-center gap-1 text-accent underline-offset-2 hover:underline"
              >
                Open the preview
                <ExternalLinkIcon size={14} strokeWidth={1.5} aria-hidden />
              </a>
              <span className="text-t2"> It is a page of its own that you can also link to.</span>
            </p>
          </Section>
          <AllowedSites />
          <BlockedSites />
          <Policy />
        </div>
      </div>
    </div>
  );
}

function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <ScrollRegion label={label} className="overflow-x-auto rounded-card border border-line bg-s1 p-4">
      <pre className="font-mono text-meta">
        <code>{text}</code>
      </pre>
    </ScrollRegion>
  );
}

function AllowedSites() {
  const agent = useAgent();
  const { api, queries, toasts } = useServices();
  const { allowed_origins } = agent.settings;
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string | undefined>(undefined);
  const saving = useMutation({
    mutationFn: (origins: string[]) => api.changeAgent(agent.id, { allowed_origins: origins }),
    onSuccess: (changed) => kept.putAgent(queries, changed),
  });
  const add = (event: FormEvent) => {
    event.preventDefault();
    const origin = toOrigin(text);
    if (origin === null) {
      setWrong("Write an address such as https://www.example.com.");
      return;
    }
    setWrong(undefined);
    if (allowed_origins.includes(origin)) setText("");
    else saving.mutate([...allowed_origins, origin], { onSuccess: () => setText("") });
  };
  const remove = (origin: string) => {
    saving.mutate(
      allowed_origins.filter((one) => one !== origin),
      {
        onSuccess: () =>
          toasts.show(`The widget no longer shows on ${origin}.`, {
            undo: () => saving.mutate([...allowed_origins]),
          }),
      },
    );
  };
  const error =
    wrong ??
    (saving.isError
      ? (fieldErrors(saving.error).allowed_origins ?? toFailure(saving.error).message)
      : undefined);
  return (
    <Section title="Allowed sites" text="The widget shows on these sites alone; the server makes sure of it.">
      <Card>
        {allowed_origins.length === 0 ? (
          <p className="border-line border-b px-4 py-3 text-t2">
            No site yet. Add the one that you paste the snippet into.
          </p>
        ) : (
          <ul>
            {allowed_origins.map((origin) => (
              <li key={origin} className="flex items-center gap-2 border-line border-b py-1 pr-2 pl-4">
                <span className="min-w-0 flex-1 truncate font-mono text-meta">{origin}</span>
                <IconButton
                  label={`Remove ${origin}`}
                  icon={<XIcon size={14} aria-hidden />}
                  disabled={saving.isPending}
                  onClick={() => remove(origin)}
                />
              </li>
            ))}
          </ul>
        )}
        <form onSubmit={add} className="flex items-end gap-2 p-4">
          <div className="min-w-0 flex-1">
            <TextField
              label="Site"
              inputMode="url"
              autoComplete="off"
              placeholder="https://www.example.com"
              error={error}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setWrong(undefined);
                saving.reset();
              }}
            />
          </div>
          <Button
            type="submit"
            className="h-9 self-start mt-6 pointer-coarse:h-11"
            busy={saving.isPending}
            disabled={text.trim() === ""}
          >
            Allow
          </Button>
        </form>
      </Card>
    </Section>
  );
}

function BlockedSites() {
  const agent = useAgent();
  const { api, queries, toasts } = useServices();
  const blocked = useQuery(loads.blocked(api, agent.id));
  const now = useNow();
  const allowing = useMutation({
    mutationFn: (origin: string) => api.allowOrigin(agent.id, origin),
    onSuccess: (changed, origin) => {
      kept.putAgent(queries, changed);
      void queries.invalidateQueries({ queryKey: ["blocked", agent.id] });
      toasts.show(`The widget now shows on ${origin}.`);
    },
    onError: (error) => toasts.show(`Nothing was changed. ${toFailure(error).message}`, { tone: "error" }),
  });
  const list = (blocked.data ?? []).filter((one) => !agent.settings.allowed_origins.includes(one.origin));
  if (blocked.isError)
    return <Notice tone="err">Blocked sites could not be loaded. {toFailure(blocked.error).message}</Notice>;
  if (list.length === 0) return null;
  return (
    <Section title="Blocked sites" text="The snippet was opened here, and the widget did not show.">
      <Card>
        <ul>
          {list.map((one) => (
            <li
              key={one.origin}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2 pr-2 pl-4 last:border-b-0"
            >
              <span className="min-w-0 flex-1 basis-48 truncate font-mono text-meta">{one.origin}</span>
              <span className="tabular text-meta text-t3">
                {count(one.times, "time")}, last {agoText(one.last_at, now)}
              </span>
              <Button
                size="small"
                aria-label={`Allow ${one.origin}`}
                busy={allowing.isPending && allowing.variables === one.origin}
                onClick={() => allowing.mutate(one.origin)}
              >
                Allow
              </Button>
            </li>
          ))}
        </ul>
      </Card>
    </Section>
  );
}

/** What a site with a content security policy of its own must add. */
function Policy() {
  const { origin } = window.location;
  const text = `script-src ${origin};\nframe-src ${origin};\nconnect-src ${origin};\nimg-src ${origin}`;
  return (
    <Section
      title="If your site has a Content Security Policy"
      text="Add these sources to it. Styles need nothing: the chat lives in a frame of its own."
      actions={<CopyButton text={text} />}
    >
      <CodeBlock text={text} label="Content Security Policy" />
    </Section>
  );
}
