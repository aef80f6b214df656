import type { GoldenQuestion } from "@baton/wire";
import { useMutation } from "@tanstack/react-query";
import { type RefObject, useRef } from "react";
import { useServices } from "../../app/hooks";
import { IconButton } from "../../components/button";
import {
  CircleCheckIcon,
  CircleMinusIcon,
  CircleXIcon,
  FileTextIcon,
  HandIcon,
  PencilIcon,
  TrashIcon,
} from "../../components/icons";
import { Card } from "../../components/page";
import { inOrder, lookOf } from "../../store/golden";
import { toFailure } from "../../store/inbox-client";
import { kept } from "../../store/queries";
import { expectText, shareText } from "../../text/golden";

const ICON = { size: 16, strokeWidth: 1.5, "aria-hidden": true } as const;
const STATE = { size: 16, strokeWidth: 1.75, "aria-hidden": true } as const;

/** Every golden question with what is expected and what came of it last. */
export function GoldenList({
  agentId,
  questions,
  onEdit,
}: {
  agentId: string;
  questions: readonly GoldenQuestion[];
  onEdit: (golden: GoldenQuestion, from: HTMLElement) => void;
}) {
  return (
    <Card className="overflow-hidden">
      <table className="w-full table-fixed text-left text-body">
        <thead className="border-line border-b text-meta text-t3">
          <tr>
            <th scope="col" className="px-4 py-2 font-normal">
              Question
            </th>
            <th scope="col" className="w-[38%] px-2 py-2 font-normal max-sm:hidden">
              Last run
            </th>
            <th scope="col" className="w-[84px] px-2 py-2 pointer-coarse:w-[104px]">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {inOrder(questions).map((golden) => (
            <Row key={golden.id} agentId={agentId} golden={golden} onEdit={onEdit} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Row({
  agentId,
  golden,
  onEdit,
}: {
  agentId: string;
  golden: GoldenQuestion;
  onEdit: (golden: GoldenQuestion, from: HTMLElement) => void;
}) {
  const row = useRef<HTMLTableRowElement>(null);
  const remove = useDeleteGolden(agentId, golden, row);
  const { question, expect } = golden;
  return (
    <tr ref={row} className="border-line border-b align-top last:border-b-0 hover:bg-s1">
      <td className="px-4 py-2.5">
        <p className="font-medium [overflow-wrap:anywhere]">{question}</p>
        <p className="mt-0.5 flex items-start gap-1.5 text-meta text-t2">
          {expect.kind === "hand_off" ? (
            <HandIcon size={12} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-t3" />
          ) : (
            <FileTextIcon size={12} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-t3" />
          )}
          <span className="sr-only">Expected: </span>
          <span className="min-w-0 [overflow-wrap:anywhere]">{expectText(expect)}</span>
        </p>
        <div className="mt-1.5 sm:hidden">
          <LookLine golden={golden} />
        </div>
      </td>
      <td className="px-2 py-2.5 max-sm:hidden">
        <LookLine golden={golden} />
      </td>
      <td className="px-2 py-1.5 text-right">
        <span className="inline-flex items-center gap-0.5">
          <IconButton
            label={`Edit “${question}”`}
            icon={<PencilIcon {...ICON} />}
            onClick={(event) => onEdit(golden, event.currentTarget)}
          />
          <IconButton
            label={`Delete “${question}”`}
            icon={<TrashIcon {...ICON} />}
            disabled={remove.isPending}
            onClick={() => remove.mutate()}
          />
        </span>
      </td>
    </tr>
  );
}

/** Deletes at once; it can be taken back, because nothing else hangs on it. */
function useDeleteGolden(
  agentId: string,
  golden: GoldenQuestion,
  row: RefObject<HTMLTableRowElement | null>,
) {
  const { api, queries, toasts } = useServices();
  const failed = (what: string) => (error: Error) =>
    toasts.show(`${what} ${toFailure(error).message}`, { tone: "error" });
  return useMutation({
    mutationFn: () => api.deleteGolden(agentId, golden.id),
    onSuccess: () => {
      focusBeside(row.current);
      kept.dropGolden(queries, agentId, golden.id);
      toasts.show("The golden question is deleted.", {
        undo: () => {
          const { question, expect } = golden;
          api
            .addGolden(agentId, { question, expect })
            .then((one) => kept.putGolden(queries, agentId, one))
            .catch(failed("It could not be brought back."));
        },
      });
    },
    onError: failed("Nothing was deleted."),
  });
}

/** The focus goes on to the next row, where the one that has it is about to leave. */
function focusBeside(row: HTMLTableRowElement | null): void {
  const { activeElement, body } = document;
  if (row === null || !(activeElement === body || row.contains(activeElement))) return;
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  [...(beside?.querySelectorAll("button") ?? [])].at(-1)?.focus();
}

/** What came of it last, as a sign and in words. */
function LookLine({ golden }: { golden: GoldenQuestion }) {
  const look = lookOf(golden);
  switch (look.kind) {
    case "passed": {
      const confidence = shareText(look.confidence);
      return (
        <p className="flex items-start gap-1.5">
          <CircleCheckIcon {...STATE} className="mt-0.5 shrink-0 text-ok" />
          <span>
            Passed
            {confidence !== "0.00" && <span className="tabular text-t3"> at {confidence}</span>}
          </span>
        </p>
      );
    }
    case "failed":
      return (
        <p className="flex items-start gap-1.5">
          <CircleXIcon {...STATE} className="mt-0.5 shrink-0 text-err" />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <span className="sr-only">Failed: </span>
            {look.why}
          </span>
        </p>
      );
    case "not_asked":
      return (
        <p className="flex items-start gap-1.5 text-t2">
          <CircleMinusIcon {...STATE} className="mt-0.5 shrink-0 text-t3" />
          Not asked yet
        </p>
      );
    default:
      look satisfies never;
      return null;
  }
}
