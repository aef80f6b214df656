import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "react";
import {
  useAgents,
  useDesk,
  useIsAdmin,
  useMe,
  useNow,
  usePageTitle,
  usePreferences,
  useServices,
} from "../../app/hooks";
import { Avatar } from "../../components/avatar";
import { Button } from "../../components/button";
import { ChoiceField } from "../../components/field";
import { ChevronRightIcon } from "../../components/icons";
import { Notice } from "../../components/notice";
import { Card, Page, Section } from "../../components/page";
import { Skeleton } from "../../components/skeleton";
import { Switch } from "../../components/switch";
import { useAvailability } from "../../shell/availability";
import { toFailure } from "../../store/inbox-client";
import { loads } from "../../store/queries";
import { browserText } from "../../text/browser";
import { agoText } from "../../text/times";
import { PRESENCE_NAMES, ROLE_NAMES } from "../../text/words";

/** A member's own account: availability, what they like in this browser, and where they are signed in. */
export function AccountScreen() {
  usePageTitle("Your account");
  const { member, workspace } = useMe();
  return (
    <Page
      title={member.name}
      text={`${member.email} · ${ROLE_NAMES[member.role]} of ${workspace.name}`}
      actions={<Avatar name={member.name} size={40} tone="member" />}
    >
      <Places />
      <AvailabilitySection />
      <PreferencesSection />
      <Sessions />
    </Page>
  );
}

/** On a phone, what the navigation at the left offers elsewhere. */
function Places() {
  const agents = useAgents();
  const admin = useIsAdmin();
  if (!admin) return null;
  const row =
    "focus-inset flex min-h-12 items-center gap-2 border-line border-b px-4 last:border-b-0 hover:bg-s1";
  const chevron = <ChevronRightIcon size={16} aria-hidden className="ml-auto text-t3" />;
  return (
    <nav aria-label="Administration" className="md:hidden">
      <Card>
        {agents.map((agent) => (
          <Link key={agent.id} to="/agents/$agentId/sources" params={{ agentId: agent.id }} className={row}>
            {agent.name}
            {chevron}
          </Link>
        ))}
        <Link to="/agents" search={{}} className={row}>
          All agents
          {chevron}
        </Link>
        <Link to="/team" className={row}>
          Members
          {chevron}
        </Link>
      </Card>
    </nav>
  );
}

function AvailabilitySection() {
  const { availability, busy, change } = useAvailability();
  const { preferences, bell } = useServices();
  const { sound } = usePreferences();
  return (
    <Section title="Availability" text="Visitors are offered a person only while someone is available.">
      <Card>
        <SwitchRow
          label={PRESENCE_NAMES[availability]}
          hint={
            availability === "available"
              ? "Conversations that need a human ring for you."
              : "Nothing rings. You can still answer."
          }
          name="Available for conversations"
          checked={availability === "available"}
          disabled={busy}
          onChange={change}
        />
        <SwitchRow
          label="Sound"
          hint="A short one, at most every five seconds, in one tab only."
          name="Sound"
          checked={sound === "on"}
          onChange={(on) => {
            preferences.set({ sound: on ? "on" : "off" });
            if (!on) return;
            bell.unlock();
            // The member hears at once what it sounds like.
            setTimeout(() => bell.ring(), 100);
          }}
        />
      </Card>
    </Section>
  );
}

function SwitchRow({
  label,
  hint,
  name,
  checked,
  disabled = false,
  onChange,
}: {
  label: string;
  hint: string;
  name: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex items-center gap-4 border-line border-b px-4 py-3 last:border-b-0">
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{label}</span>
        <span className="block text-meta text-t2">{hint}</span>
      </span>
      <Switch id={id} aria-label={name} checked={checked} disabled={disabled} onCheckedChange={onChange} />
    </label>
  );
}

function PreferencesSection() {
  const { preferences } = useServices();
  const { scheme, enter, single_keys } = usePreferences();
  return (
    <Section title="In this browser">
      <Card className="flex flex-col gap-5 p-4">
        <ChoiceField
          label="Colours"
          value={scheme}
          onChange={(value) => preferences.set({ scheme: value })}
          choices={[
            { value: "system", label: "As the system" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
        />
        <ChoiceField
          label="Enter in a reply"
          value={enter}
          onChange={(value) => preferences.set({ enter: value })}
          choices={[
            { value: "send", label: "Sends it", hint: "Shift and Enter begin a new line." },
            { value: "newline", label: "Begins a new line", hint: "Ctrl or Cmd with Enter sends." },
          ]}
        />
        <ChoiceField
          label="Single-key shortcuts"
          value={single_keys}
          onChange={(value) => preferences.set({ single_keys: value })}
          choices={[
            { value: "on", label: "On", hint: "T takes over, J and K move, ? shows all." },
            { value: "off", label: "Off", hint: "Turn them off if you write by voice." },
          ]}
        />
      </Card>
    </Section>
  );
}

function Sessions() {
  const { api, queries, toasts } = useServices();
  const { hub } = useDesk();
  const now = useNow();
  const sessions = useQuery(loads.sessions(api));
  const revoking = useMutation({
    mutationFn: api.revokeSession,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
    onError: (error) => toasts.show(`Nothing was changed. ${toFailure(error).message}`, { tone: "error" }),
  });
  const leaving = useMutation({
    mutationFn: api.signOut,
    onSuccess: () => {
      hub.leave(true);
      // A full load leaves nothing of this member in memory.
      window.location.assign("/sign-in");
    },
    onError: (error) =>
      toasts.show(`You are still signed in. ${toFailure(error).message}`, { tone: "error" }),
  });
  return (
    <Section
      title="Where you are signed in"
      actions={
        <Button busy={leaving.isPending} onClick={() => leaving.mutate()}>
          Sign out here
        </Button>
      }
    >
      {sessions.isError ? (
        <Notice
          tone="err"
          action={
            <Button size="small" onClick={() => void sessions.refetch()}>
              Try again
            </Button>
          }
        >
          {toFailure(sessions.error).message}
        </Notice>
      ) : sessions.data === undefined ? (
        <Skeleton rows={2} label="Loading the sessions" />
      ) : (
        <Card>
          <ul>
            {sessions.data.map((session) => (
              <li
                key={session.id}
                className="flex items-center gap-3 border-line border-b py-2.5 pr-2 pl-4 last:border-b-0"
              >
                <div className="min-w-0 flex-1">
                  <p className="truncate font-medium">
                    {browserText(session.user_agent) ?? "Unknown browser"}
                  </p>
                  <p className="text-meta text-t3">
                    {session.current ? "This browser" : `Last used ${agoText(session.last_used_at, now)}`} ·
                    since {agoText(session.created_at, now)}
                  </p>
                </div>
                {!session.current && (
                  <Button
                    size="small"
                    tone="ghost"
                    busy={revoking.isPending && revoking.variables === session.id}
                    onClick={() => revoking.mutate(session.id)}
                  >
                    Sign out
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Card>
      )}
    </Section>
  );
}
