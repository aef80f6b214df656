import type { Agent, Member } from "@baton/wire";
import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { kept } from "./queries";

describe("the team", () => {
  const member = (id: string): Member => ({
    id,
    name: id,
    email: `${id}@example.com`,
    role: "operator",
    availability: "available",
    presence: "offline",
    suspended: false,
  });
  const stale = (queries: QueryClient, key: string) => queries.getQueryState([key])?.isInvalidated;

  it("is loaded again when somebody is there whom this tab does not know", () => {
    const queries = new QueryClient();
    queries.setQueryData(["members"], [member("dana")]);
    queries.setQueryData(["invitations"], []);
    kept.noteTeam(queries, ["dana"]);
    expect([stale(queries, "members"), stale(queries, "invitations")]).toEqual([false, false]);
    kept.noteTeam(queries, ["dana", "sam"]);
    expect([stale(queries, "members"), stale(queries, "invitations")]).toEqual([true, true]);
  });

  it("is left alone as long as it was never loaded", () => {
    const queries = new QueryClient();
    kept.noteTeam(queries, ["dana"]);
    expect(stale(queries, "members")).toBeUndefined();
  });
});

describe("the sources of an agent", () => {
  const agent = (sources: number): Agent => ({ id: "a", knowledge: { sources } }) as unknown as Agent;

  it("are loaded again when the agent has more or fewer than this tab knows", () => {
    const queries = new QueryClient();
    const stale = () => queries.getQueryState(["sources", "a"])?.isInvalidated;
    kept.putAgent(queries, agent(1));
    expect(stale()).toBeUndefined();
    queries.setQueryData(["sources", "a"], [{ id: "s" }]);
    kept.putAgent(queries, agent(1));
    expect(stale()).toBe(false);
    kept.putAgent(queries, agent(0));
    expect(stale()).toBe(true);
  });
});

describe("golden questions", () => {
  const agent = (trained_at: number, answer_threshold: number) =>
    ({
      id: "a",
      knowledge: { trained_at, state: "ready", sources: 0 },
      settings: { answer_threshold },
    }) as Agent;
  const stale = (queries: QueryClient, key: string) => queries.getQueryState([key, "a"])?.isInvalidated;

  it("are loaded again once the docs or the threshold changed, and not else", () => {
    const queries = new QueryClient();
    const loaded = () => {
      for (const key of ["golden", "trainings", "coverage"]) queries.setQueryData([key, "a"], []);
    };
    queries.setQueryData(["agents"], [agent(1, 0.5)]);
    loaded();
    kept.putAgent(queries, agent(1, 0.5));
    expect(stale(queries, "golden")).toBe(false);
    kept.putAgent(queries, agent(2, 0.5));
    expect([stale(queries, "golden"), stale(queries, "trainings")]).toEqual([true, true]);
    loaded();
    kept.putAgent(queries, agent(2, 0.8));
    expect(stale(queries, "coverage")).toBe(true);
  });
});
