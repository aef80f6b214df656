import { useMutation } from "@tanstack/react-query";
import { type DragEvent, useState } from "react";
import { useServices } from "../../app/hooks";
import { kept } from "../../store/queries";
import { planUpload } from "../../store/uploads";

/** Files on their way to the server: how many are left, which did not fit, and what went wrong. */
export function useUpload(agentId: string) {
  const { api, queries } = useServices();
  const [total, setTotal] = useState(0);
  const [left, setLeft] = useState<readonly File[]>([]);
  const [tooLarge, setTooLarge] = useState<readonly File[]>([]);
  const sending = useMutation({
    mutationFn: async (files: readonly File[]) => {
      const plan = planUpload(files);
      setTooLarge(plan.tooLarge);
      let rest = plan.batches;
      setTotal(rest.flat().length);
      while (rest.length > 0) {
        const [batch = [], ...later] = rest;
        setLeft(rest.flat());
        kept.putSources(queries, (await api.uploadFiles(agentId, batch)).sources);
        rest = later;
      }
      setLeft([]);
    },
  });
  return {
    total,
    left,
    tooLarge,
    busy: sending.isPending,
    error: sending.error,
    send: (files: readonly File[]) => {
      if (files.length > 0) sending.mutate(files);
    },
    /** What was not sent is sent again; what arrived stays. */
    again: () => sending.mutate(left),
    dismissTooLarge: () => setTooLarge([]),
  };
}

/** Takes files dropped anywhere on the page. */
export function useDrop(onFiles: (files: File[]) => void) {
  const [depth, setDepth] = useState(0);
  const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const handlers = {
    onDragEnter: (event: DragEvent) => {
      if (holdsFiles(event)) setDepth((known) => known + 1);
    },
    onDragLeave: (event: DragEvent) => {
      if (holdsFiles(event)) setDepth((known) => Math.max(0, known - 1));
    },
    onDragOver: (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      setDepth(0);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      onFiles([...event.dataTransfer.files]);
    },
  };
  return { over: depth > 0, handlers };
}
