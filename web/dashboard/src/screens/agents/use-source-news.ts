import type { Source } from "@baton/wire";
import { useEffect, useRef } from "react";
import { useServices } from "../../app/hooks";
import { newsOf } from "../../store/sources";
import { newsText } from "../../text/sources";

/** Says to screen readers when a sync begins and ends, and when a source fails; not each page. */
export function useSourceNews(sources: readonly Source[] | undefined): void {
  const { announcer } = useServices();
  const known = useRef<readonly Source[] | undefined>(undefined);
  useEffect(() => {
    const before = known.current;
    known.current = sources;
    if (before === undefined || sources === undefined) return;
    const text = newsText(newsOf(before, sources));
    if (text !== null) announcer.say(text);
  }, [sources, announcer]);
}
