/** Keeps the choice of one agent when moving within the inbox. */
export function keepAgent(search: { agent?: string }): { agent?: string } {
  return search.agent === undefined ? {} : { agent: search.agent };
}
