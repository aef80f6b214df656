import type { CreatedInvitation, Invitation, Member, Role } from "@baton/wire";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { LoadFailed, NotFound } from "../../app/failures";
import { useInbox, useIsAdmin, useMe, useNow, usePageTitle, useServices } from "../../app/hooks";
import { Avatar, PresenceDot } from "../../components/avatar";
import { Button, IconButton } from "../../components/button";
import { CopyButton } from "../../components/copy-button";
import { Dialog } from "../../components/dialog";
import { SelectField, TextField } from "../../components/field";
import { EllipsisIcon, UserPlusIcon } from "../../components/icons";
import {
  Menu,
  MenuChoices,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  MenuTrigger,
} from "../../components/menu";
import { Notice } from "../../components/notice";
import { Card, Page, Section } from "../../components/page";
import { Skeleton } from "../../components/skeleton";
import { toFailure } from "../../store/inbox-client";
import { kept, loads } from "../../store/queries";
import { agoText } from "../../text/times";
import { PRESENCE_NAMES, ROLE_NAMES, ROLE_SENTENCES } from "../../text/words";
import { fieldErrors } from "../auth/use-entry";

const ROLES = ["owner", "admin", "operator"] as const satisfies readonly Role[];

/** Who is on the team, who is invited, and what each may do. */
export function TeamScreen() {
  usePageTitle("Members");
  const admin = useIsAdmin();
  return admin ? <Team /> : <NotFound />;
}

function Team() {
  const { api } = useServices();
  const members = useQuery(loads.members(api));
  const invitations = useQuery(loads.invitations(api));
  const [inviting, setInviting] = useState(false);
  if (members.isError) return <LoadFailed error={members.error} reset={() => void members.refetch()} />;
  return (
    <Page
      title="Members"
      text="Members are unlimited and never billed."
      actions={
        <Button
          tone="primary"
          icon={<UserPlusIcon size={14} strokeWidth={1.75} aria-hidden />}
          onClick={() => setInviting(true)}
        >
          Invite
        </Button>
      }
    >
      {members.data === undefined ? (
        <Skeleton rows={3} label="Loading the members" />
      ) : (
        <Card>
          <ul>
            {members.data.map((member) => (
              <MemberRow key={member.id} member={member} />
            ))}
          </ul>
        </Card>
      )}
      {invitations.isError && (
        <Notice
          tone="err"
          action={
            <Button size="small" onClick={() => void invitations.refetch()}>
              Try again
            </Button>
          }
        >
          The invitations could not be loaded. {toFailure(invitations.error).message}
        </Notice>
      )}
      {invitations.data !== undefined && invitations.data.length > 0 && (
        <Section title="Invited" text="They join with the link that you sent them.">
          <Card>
            <ul>
              {invitations.data.map((invitation) => (
                <InvitationRow key={invitation.id} invitation={invitation} />
              ))}
            </ul>
          </Card>
        </Section>
      )}
      <Invite open={inviting} onOpenChange={setInviting} />
    </Page>
  );
}

function MemberRow({ member }: { member: Member }) {
  const { api, queries, toasts } = useServices();
  const me = useMe().member;
  const live = useInbox((state) => state.presence[member.id]?.presence ?? null);
  const presence = live ?? member.presence;
  const change = useMutation({
    mutationFn: (part: { role?: Role; suspended?: boolean }) => api.changeMember(member.id, part),
    onSuccess: (changed) => kept.putMember(queries, changed),
    onError: (error) => toasts.show(`Nothing was changed. ${toFailure(error).message}`, { tone: "error" }),
  });
  const changeable = member.id !== me.id && (me.role === "owner" || member.role !== "owner");
  const roles = me.role === "owner" ? ROLES : ROLES.filter((role) => role !== "owner");
  return (
    <li className="flex items-center gap-3 border-line border-b py-2.5 pr-2 pl-4 last:border-b-0">
      <Avatar name={member.name} tone="member" />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">
          {member.name}
          {member.id === me.id && <span className="font-normal text-t3"> (you)</span>}
        </p>
        <p className="truncate text-meta text-t3">{member.email}</p>
      </div>
      <span className="inline-flex w-20 items-center gap-1.5 text-meta text-t2 max-sm:hidden">
        <PresenceDot presence={member.suspended ? "offline" : presence} />
        {member.suspended ? "Suspended" : PRESENCE_NAMES[presence]}
      </span>
      <span className="w-16 text-meta text-t2">{ROLE_NAMES[member.role]}</span>
      {changeable ? (
        <Menu>
          <MenuTrigger asChild>
            <IconButton
              label={`Change ${member.name}`}
              disabled={change.isPending}
              icon={<EllipsisIcon size={16} strokeWidth={1.5} aria-hidden />}
            />
          </MenuTrigger>
          <MenuContent>
            <MenuLabel>Role</MenuLabel>
            <MenuChoices
              value={member.role}
              choices={roles.map((role) => ({
                value: role,
                label: `${ROLE_NAMES[role]}: ${ROLE_SENTENCES[role].toLowerCase()}`,
              }))}
              onChoose={(value) => {
                const role = ROLES.find((one) => one === value);
                if (role !== undefined) change.mutate({ role });
              }}
            />
            <MenuSeparator />
            <MenuItem
              danger={!member.suspended}
              hint={member.suspended ? "They can sign in again." : "They are signed out and cannot sign in."}
              onSelect={() =>
                change.mutate(
                  { suspended: !member.suspended },
                  {
                    onSuccess: () =>
                      toasts.show(
                        member.suspended ? `${member.name} is back.` : `${member.name} is suspended.`,
                        {
                          undo: () => change.mutate({ suspended: member.suspended }),
                        },
                      ),
                  },
                )
              }
            >
              {member.suspended ? "Lift the suspension" : "Suspend"}
            </MenuItem>
          </MenuContent>
        </Menu>
      ) : (
        <span className="w-8" />
      )}
    </li>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { api, queries, toasts } = useServices();
  const now = useNow();
  const over = invitation.expires_at < now;
  const revoking = useMutation({
    mutationFn: () => api.revokeInvitation(invitation.id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["invitations"] });
      toasts.show(`The invitation of ${invitation.email} is withdrawn.`);
    },
    onError: (error) => toasts.show(`Nothing was changed. ${toFailure(error).message}`, { tone: "error" }),
  });
  return (
    <li className="flex items-center gap-3 border-line border-b py-2.5 pr-2 pl-4 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{invitation.email}</p>
        <p className="text-meta text-t3">
          {ROLE_NAMES[invitation.role]} ·{" "}
          {over
            ? "too old to be used"
            : `invited by ${invitation.invited_by} ${agoText(invitation.created_at, now)}`}
        </p>
      </div>
      <Button
        size="small"
        tone="ghost"
        busy={revoking.isPending}
        aria-label={`Withdraw the invitation of ${invitation.email}`}
        onClick={() => revoking.mutate()}
      >
        Withdraw
      </Button>
    </li>
  );
}

function Invite({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { api, queries } = useServices();
  const me = useMe().member;
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [created, setCreated] = useState<CreatedInvitation | null>(null);
  const invitation = useMutation({
    mutationFn: () => api.invite(email.trim(), role),
    onSuccess: (made) => {
      setCreated(made);
      void queries.invalidateQueries({ queryKey: ["invitations"] });
    },
  });
  const close = (shown: boolean) => {
    onOpenChange(shown);
    if (shown) return;
    setEmail("");
    setCreated(null);
    invitation.reset();
  };
  const errors = fieldErrors(invitation.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invitation.mutate();
  };
  if (created !== null) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title="Send them this link"
        description={`It works once, for ${created.email}, and is shown only now.`}
      >
        <div className="flex flex-col gap-3 pt-2">
          <output className="block rounded-control bg-s2 px-3 py-2 font-mono text-meta [overflow-wrap:anywhere]">
            {created.url}
          </output>
          <div className="flex justify-end gap-2">
            <Button onClick={() => close(false)}>Done</Button>
            <CopyButton text={created.url} label="Copy the link" tone="primary" size="medium" />
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title="Invite a member"
      description="You get a link to send them."
    >
      <form onSubmit={submit} className="flex flex-col gap-4 pt-2">
        {invitation.isError && Object.keys(errors).length === 0 && (
          <Notice tone="err">{toFailure(invitation.error).message}</Notice>
        )}
        <TextField
          label="Email"
          type="email"
          required
          autoFocus
          autoComplete="off"
          error={errors.email}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <SelectField
          label="Role"
          value={role}
          hint={ROLE_SENTENCES[role]}
          choices={ROLES.filter((one) => me.role === "owner" || one !== "owner").map((one) => ({
            value: one,
            label: ROLE_NAMES[one],
          }))}
          onChange={(event) => {
            const chosen = ROLES.find((one) => one === event.target.value);
            if (chosen !== undefined) setRole(chosen);
          }}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button tone="primary" type="submit" busy={invitation.isPending}>
            Create the link
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
