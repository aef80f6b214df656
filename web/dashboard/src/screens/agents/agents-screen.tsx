import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { LoadFailed, NotFound } from "../../app/failures";
import { useIsAdmin, usePageTitle, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Empty, HandoverDrawing } from "../../components/empty";
import { TextField } from "../../components/field";
import { PlusIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { Card, Page } from "../../components/page";
import { Skeleton } from "../../components/skeleton";
import { toFailure } from "../../store/inbox-client";
import { loads } from "../../store/queries";
import { count } from "../../text/words";

/** All agents of the workspace. */
export function AgentsScreen() {
  usePageTitle("Agents");
  const { api } = useServices();
  const admin = useIsAdmin();
  const agents = useQuery({ ...loads.agents(api), enabled: admin });
  const { create } = useSearch({ from: "/desk/agents" });
  const navigate = useNavigate();
  const openForm = (open: boolean) => {
    void navigate({ to: "/agents", search: open ? { create: true } : {}, replace: true });
  };
  if (!admin) return <NotFound />;
  if (agents.isError) return <LoadFailed error={agents.error} reset={() => void agents.refetch()} />;
  const newAgent = (
    <Button
      tone="primary"
      icon={<PlusIcon size={14} strokeWidth={1.75} aria-hidden />}
      onClick={() => openForm(true)}
    >
      New agent
    </Button>
  );
  return (
    <Page title="Agents" text="Each agent has its own sources, settings and widget." actions={newAgent}>
      {agents.data === undefined ? (
        <Skeleton rows={3} label="Loading the agents" />
      ) : agents.data.length === 0 ? (
        <Card>
          <Empty
            drawing={<HandoverDrawing />}
            title="No agent yet"
            text="An agent answers your visitors from your docs, and hands over to you."
            action={newAgent}
          />
        </Card>
      ) : (
        <Card>
          <ul>
            {agents.data.map((agent) => (
              <li key={agent.id} className="border-line border-b last:border-b-0">
                <Link
                  to="/agents/$agentId/sources"
                  params={{ agentId: agent.id }}
                  className="focus-inset flex items-center gap-3 px-4 py-3 hover:bg-s1"
                >
                  <span className="min-w-0 flex-1 truncate font-medium">{agent.name}</span>
                  <span className="tabular text-t2">{count(agent.knowledge.sources, "source")}</span>
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <NewAgent open={create === true} onOpenChange={openForm} />
    </Page>
  );
}

function NewAgent({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { api, queries } = useServices();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const creation = useMutation({
    mutationFn: api.createAgent,
    onSuccess: (agent) => {
      queries.setQueryData(["agents"], (agents: unknown) =>
        Array.isArray(agents) ? [...agents, agent] : [agent],
      );
      setName("");
      void navigate({ to: "/agents/$agentId/sources", params: { agentId: agent.id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") creation.mutate(name.trim());
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New agent"
      description="Visitors see this name in the chat."
    >
      <form onSubmit={submit} className="flex flex-col gap-4 pt-2">
        {creation.isError && <Notice tone="err">{toFailure(creation.error).message}</Notice>}
        <TextField
          label="Name"
          autoFocus
          required
          maxLength={80}
          placeholder="Acme Assistant"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button tone="primary" type="submit" busy={creation.isPending}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
