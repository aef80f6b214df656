import type { Coverage } from "@baton/wire";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { cx } from "../../components/cx";
import { ChevronRightIcon } from "../../components/icons";
import { isBeyond, isSameThreshold, nearestPoint, pointsAround, rightOf } from "../../store/coverage";
import { toFailure } from "../../store/inbox-client";
import { loads } from "../../store/queries";
import { basisText, calibrationText, percentText, rightText, shareText } from "../../text/golden";
import { count } from "../../text/words";
import { useAgent } from "./agent-layout";

/** What the answer threshold does with this agent's questions, and what its neighbours would do. */
export function CoverageTable({ threshold }: { threshold: number }) {
  const agent = useAgent();
  const { api } = useServices();
  const coverage = useQuery(loads.coverage(api, agent.id));
  if (coverage.isError) {
    return (
      <p className="text-meta text-t2">
        What this does in numbers could not be loaded. {toFailure(coverage.error).message}{" "}
        <button
          type="button"
          className="text-accent underline underline-offset-2"
          onClick={() => void coverage.refetch()}
        >
          Try again
        </button>
      </p>
    );
  }
  if (coverage.data === undefined)
    return <div role="status" aria-label="Loading the numbers" className="h-64 rounded-card bg-s1" />;
  return <Numbers coverage={coverage.data} threshold={threshold} />;
}

function Numbers({ coverage, threshold }: { coverage: Coverage; threshold: number }) {
  const [all, setAll] = useState(false);
  const table = useId();
  const { points, calibration, current } = coverage;
  const nearest = nearestPoint(points, threshold);
  if (nearest === null) return null;
  // What is saved may lie between two rows; the server says that one exactly.
  const said = isSameThreshold(current, threshold) ? current : nearest;
  const right = rightOf(said);
  const rows = all ? points : pointsAround(points, threshold);
  const fitted = calibrationText(calibration);
  const measured = right?.kind === "measured" ? right.known : null;
  return (
    <div className="rounded-card border border-line">
      <p aria-live="polite" className="tabular border-line border-b px-3 py-2 text-body">
        {said.sentence}
        {right !== null && `; ${rightText(right)}`}.
        {isBeyond(points, threshold) && (
          <span className="text-t3"> No figures reach as far as {shareText(threshold)}.</span>
        )}
      </p>
      <table id={table} className="tabular w-full text-left text-meta">
        <caption className="sr-only">What each answer threshold does</caption>
        <thead className="text-t3">
          <tr>
            <th scope="col" className="py-1.5 pl-3 font-normal">
              Threshold
            </th>
            <th scope="col" className="py-1.5 font-normal">
              Answered
            </th>
            <th scope="col" className="py-1.5 pr-3 text-right font-normal">
              To people
            </th>
            <th scope="col" className="py-1.5 pr-3 text-right font-normal">
              Right
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((point) => {
            const chosen = point === nearest;
            const share = rightOf(point);
            return (
              <tr
                key={point.threshold}
                aria-current={chosen || undefined}
                className={cx("border-line border-t", chosen ? "bg-s2 font-medium text-t1" : "text-t2")}
              >
                <th
                  scope="row"
                  className={cx("w-22 sm:w-28 py-1 pl-1.5 text-left", chosen ? "font-medium" : "font-normal")}
                >
                  <span className="inline-flex items-center gap-0.5">
                    <ChevronRightIcon
                      size={12}
                      strokeWidth={2}
                      aria-hidden
                      className={chosen ? "text-accent" : "invisible"}
                    />
                    {shareText(point.threshold)}
                    {chosen && <span className="sr-only"> (chosen)</span>}
                  </span>
                </th>
                <td className="py-1">
                  <span className="flex items-center gap-2">
                    <span className="w-9 shrink-0 whitespace-nowrap">{percentText(point.answered)}</span>
                    <span aria-hidden className="h-1 w-full max-w-28 rounded-full bg-s3">
                      <span
                        className={cx("block h-full rounded-full", chosen ? "bg-accent" : "bg-line-strong")}
                        style={{ width: percentText(point.answered).replace(" ", "") }}
                      />
                    </span>
                  </span>
                </td>
                <td className="py-1 pr-3 text-right">{percentText(point.to_people)}</td>
                <td className="py-1 pr-3 text-right">{share === null ? "–" : percentText(share.share)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1 border-line border-t px-3 py-2">
        <p className="min-w-0 flex-1 basis-64 text-meta text-t3">
          {basisText(coverage)}{" "}
          {measured === null
            ? "Right is what the confidence expects."
            : `Right is counted from ${count(measured, "answer")} that are known.`}
          {fitted !== null && ` ${fitted}`}
        </p>
        <Button
          size="small"
          tone="ghost"
          className="-my-1 -mr-2 max-sm:-ml-3"
          aria-expanded={all}
          aria-controls={table}
          onClick={() => setAll(!all)}
        >
          {all ? "Show fewer" : "Show all thresholds"}
        </Button>
      </div>
    </div>
  );
}
