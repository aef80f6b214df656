import type { Source } from "@baton/wire";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useServices } from "../../app/hooks";
import { Button, IconButton } from "../../components/button";
import { ConfirmDialog } from "../../components/dialog";
import {
  EllipsisIcon,
  ExternalLinkIcon,
  FileTextIcon,
  PencilIcon,
  RefreshIcon,
  RetryIcon,
  SquareIcon,
  TrashIcon,
} from "../../components/icons";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../../components/menu";
import { toFailure } from "../../store/inbox-client";
import { kept } from "../../store/queries";
import { actionsOf } from "../../store/sources";
import { safeHref } from "../../text/markdown";
import { count } from "../../text/words";
import { EditSource } from "./edit-source";

const ICON = { size: 16, strokeWidth: 1.5, "aria-hidden": true } as const;

/** Everything that can be done to one source; what the server says is kept at once, before the stream says it. */
function useSourceCommands(source: Source, onGone: () => void) {
  const { api, queries, toasts } = useServices();
  const changes = {
    onSuccess: (changed: Source) => kept.putSource(queries, changed),
    onError: (error: Error) => toasts.show(toFailure(error).message, { tone: "error" as const }),
  };
  const sync = useMutation({ mutationFn: () => api.syncSource(source.id), ...changes });
  const stop = useMutation({ mutationFn: () => api.stopSource(source.id), ...changes });
  const retry = useMutation({ mutationFn: () => api.retrySource(source.id), ...changes });
  const removal = useMutation({
    mutationFn: () => api.deleteSource(source.id),
    onSuccess: () => {
      onGone();
      kept.dropSource(queries, source);
      toasts.show(`“${source.name}” is deleted.`);
    },
    onError: (error) => toasts.show(`Nothing was deleted. ${toFailure(error).message}`, { tone: "error" }),
  });
  return { sync, stop, retry, removal };
}

type Props = {
  source: Source;
  /** A row has room for signs, a page for words. */
  size: "row" | "page";
  onRead?: () => void;
  /** It is deleted, and about to leave the screen. */
  onGone: () => void;
};

/** The one action that fits a source's state, and a menu of the others. */
export function SourceActions({ source, size, onRead, onGone }: Props) {
  const [dialog, setDialog] = useState<"none" | "edit" | "delete">("none");
  const more = useRef<HTMLButtonElement>(null);
  const { sync, stop, retry, removal } = useSourceCommands(source, onGone);
  const can = actionsOf(source);
  const address = source.web === null ? null : safeHref(source.web.url);
  const failed = source.state === "failed";
  const first = can.stop
    ? {
        run: stop,
        name: "Stop",
        label: `Stop fetching ${source.name}`,
        icon: <SquareIcon {...ICON} size={12} fill="currentColor" />,
      }
    : can.sync
      ? {
          run: sync,
          name: failed ? "Try again" : "Sync now",
          label: failed ? `Try ${source.name} again` : `Sync ${source.name} now`,
          icon: <RefreshIcon {...ICON} />,
        }
      : can.retry
        ? { run: retry, name: "Retry", label: `Retry ${source.name}`, icon: <RetryIcon {...ICON} /> }
        : null;
  return (
    <>
      <span className="inline-flex items-center gap-0.5">
        {first !== null &&
          (size === "page" ? (
            <Button icon={first.icon} busy={first.run.isPending} onClick={() => first.run.mutate()}>
              {first.name}
            </Button>
          ) : (
            <IconButton
              label={first.label}
              icon={first.icon}
              disabled={first.run.isPending}
              onClick={() => first.run.mutate()}
            />
          ))}
        <Menu>
          <MenuTrigger asChild>
            <IconButton ref={more} label={`More for ${source.name}`} icon={<EllipsisIcon {...ICON} />} />
          </MenuTrigger>
          <MenuContent>
            {onRead !== undefined && source.passages > 0 && (
              <MenuItem icon={<FileTextIcon {...ICON} />} onSelect={onRead}>
                Show passages
              </MenuItem>
            )}
            {address !== null && (
              <MenuItem
                icon={<ExternalLinkIcon {...ICON} />}
                onSelect={() => window.open(address, "_blank", "noreferrer,noopener")}
              >
                Open in a new tab
              </MenuItem>
            )}
            <MenuItem icon={<PencilIcon {...ICON} />} onSelect={() => setDialog("edit")}>
              {can.schedule ? "Edit name, schedule, limits" : "Rename"}
            </MenuItem>
            <MenuSeparator />
            <MenuItem danger icon={<TrashIcon {...ICON} />} onSelect={() => setDialog("delete")}>
              Delete
            </MenuItem>
          </MenuContent>
        </Menu>
      </span>
      <EditSource
        source={source}
        open={dialog === "edit"}
        onOpenChange={(open) => setDialog(open ? "edit" : "none")}
        returnTo={more}
      />
      <ConfirmDialog
        open={dialog === "delete"}
        onOpenChange={(open) => setDialog(open ? "delete" : "none")}
        title={`Delete “${source.name}”?`}
        text={`The agent forgets ${count(source.passages, "passage")}. Conversations that cite them keep the quoted text. This cannot be undone.`}
        action="Delete"
        busy={removal.isPending}
        returnTo={more}
        onConfirm={() => removal.mutate()}
      />
    </>
  );
}
