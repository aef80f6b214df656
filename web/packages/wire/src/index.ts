export { ApiError, NetworkError, readError } from "./errors";
export { readVisitorFrame } from "./frames";
export { SSE_LINE_LIMIT, type SseFrame, SseParser } from "./sse";
export type * from "./types";
export { type Fetch, POLL_WAIT_SECONDS, WidgetApi, type WidgetApiOptions } from "./widget_api";
