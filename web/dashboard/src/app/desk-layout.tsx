import type { Me } from "@baton/wire";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Shell } from "../shell/shell";
import { loads } from "../store/queries";
import { type Desk, openDesk } from "./desk";
import { DeskContext, MeContext, useServices } from "./hooks";

/** Opens the desk for the member who is signed in, and leaves it when they are not any more. */
export function DeskLayout() {
  const { api } = useServices();
  const me = useQuery(loads.me(api)).data;
  return me === undefined ? null : <SignedIn key={`${me.workspace.id}:${me.member.id}`} me={me} />;
}

function SignedIn({ me }: { me: Me }) {
  const services = useServices();
  const router = useRouter();
  const [desk, setDesk] = useState<Desk | null>(null);
  const workspaceId = me.workspace.id;
  const memberId = me.member.id;
  useEffect(() => {
    const opened = openDesk(services, workspaceId, memberId);
    opened.inbox.start(opened.hub);
    setDesk(opened);
    services.signedOut.handle = () => {
      // Once is enough: asking who I am on the way to the sign-in page is refused as well.
      services.signedOut.handle = () => {};
      services.queries.clear();
      void router.invalidate();
    };
    const goAway = () => opened.hub.look(null);
    window.addEventListener("pagehide", goAway);
    return () => {
      window.removeEventListener("pagehide", goAway);
      services.signedOut.handle = () => {};
      opened.hub.leave(false);
      setDesk(null);
    };
  }, [services, router, workspaceId, memberId]);
  if (desk === null) return null;
  return (
    <MeContext value={me}>
      <DeskContext value={desk}>
        <Shell />
      </DeskContext>
    </MeContext>
  );
}
