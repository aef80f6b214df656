import type { WidgetApi } from "@baton/wire";
import type { Source } from "./connection";

/** A conversation, from the entry after `cursor` on. */
export function threadSource(api: WidgetApi, conversationId: string, cursor: () => number): Source {
  return {
    key: conversationId,
    stream: (signal) => api.stream(conversationId, cursor(), signal),
    poll: (waitSeconds, signal) => api.poll(conversationId, cursor(), waitSeconds, signal),
  };
}

/** Whether a person can be had, for as long as there is no conversation that says so. */
export function personSource(api: WidgetApi, agentId: string): Source {
  return {
    key: agentId,
    stream: (signal) => api.personStream(agentId, signal),
    poll: async (waitSeconds, signal) => ({
      entries: [],
      person: await api.personPoll(agentId, waitSeconds, signal),
    }),
  };
}
