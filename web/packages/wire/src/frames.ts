import type { SseFrame } from "./sse";
import type { VisitorFrame } from "./types";

/**
 * Reads one frame of a visitor's stream; null for an event this version does not know.
 *
 * Throws on data that is not JSON: the stream is then broken and has to be opened anew from the cursor.
 */
export function readVisitorFrame(frame: SseFrame): VisitorFrame | null {
  switch (frame.event) {
    case "hello":
    case "entry":
    case "delta":
    case "progress":
    case "typing":
    case "person":
    case "bye":
      return { event: frame.event, data: JSON.parse(frame.data) } as VisitorFrame;
    default:
      return null;
  }
}
