import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { usePageTitle, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { Notice } from "../../components/notice";
import { Skeleton } from "../../components/skeleton";
import { toFailure } from "../../store/inbox-client";
import { ROLE_NAMES } from "../../text/words";
import { ApiError } from "../../wire/http";
import { AuthFrame } from "./frame";
import { PASSWORD_LENGTH_MIN } from "./setup";
import { fieldErrors, linkToken, useEntry } from "./use-entry";

/** Accepts an invitation. */
export function JoinScreen() {
  usePageTitle("Join");
  const { api } = useServices();
  const [token] = useState(linkToken);
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => api.lookUpInvitation(token),
    enabled: token !== "",
  });
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const entry = useEntry(api.acceptInvitation, "/");
  const errors = fieldErrors(entry.error);
  if (token === "" || invitation.isError) {
    const over = invitation.error instanceof ApiError && invitation.error.status === 410;
    return (
      <AuthFrame
        title="This invitation cannot be used"
        text={over || token === "" ? "" : toFailure(invitation.error).message}
      >
        <p className="mb-4 text-body text-t2">
          {over
            ? "It was used, withdrawn, or is too old. Ask the person who invited you for a new link."
            : "Open the whole link from your invitation, with the part after #."}
        </p>
        <Link to="/sign-in" className="text-accent underline underline-offset-2">
          Sign in instead
        </Link>
      </AuthFrame>
    );
  }
  if (invitation.data === undefined) {
    return (
      <AuthFrame title="Your invitation" text="One moment.">
        <Skeleton rows={2} label="Loading the invitation" />
      </AuthFrame>
    );
  }
  const { email, workspace_name, role } = invitation.data;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entry.mutate({ token, name: name.trim(), password });
  };
  return (
    <AuthFrame title={`Join ${workspace_name}`} text={`As ${ROLE_NAMES[role].toLowerCase()}, with ${email}.`}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {entry.isError && Object.keys(errors).length === 0 && (
          <Notice tone="err">{toFailure(entry.error).message}</Notice>
        )}
        {/* Password managers look for the user name beside the password. */}
        <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
        <TextField
          label="Your name"
          name="name"
          autoComplete="name"
          required
          autoFocus
          hint="Visitors see it when you answer."
          error={errors.name}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={PASSWORD_LENGTH_MIN}
          hint={`At least ${PASSWORD_LENGTH_MIN} characters.`}
          error={errors.password}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button tone="primary" type="submit" busy={entry.isPending} className="h-9">
          Join
        </Button>
      </form>
    </AuthFrame>
  );
}
