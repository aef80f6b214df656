import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { usePageTitle, useServices } from "../../app/hooks";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { Notice } from "../../components/notice";
import { toFailure } from "../../store/inbox-client";
import { loads } from "../../store/queries";
import { AuthFrame } from "./frame";
import { fieldErrors, linkToken, useEntry } from "./use-entry";

/** Shortest password that the forms accept. */
export const PASSWORD_LENGTH_MIN = 10;

/** Sets a new server up: the workspace and its first owner. */
export function SetupScreen() {
  usePageTitle("Set up");
  const { api } = useServices();
  const setup = useQuery(loads.setup(api));
  const [token] = useState(linkToken);
  const [form, setForm] = useState({ workspace_name: "", name: "", email: "", password: "" });
  const entry = useEntry(api.setUp, "/");
  const errors = fieldErrors(entry.error);
  const field = (name: keyof typeof form) => ({
    name,
    value: form[name],
    required: true,
    error: errors[name],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entry.mutate({ setup_token: token, ...form });
  };
  if (setup.data?.needs_setup === false) {
    return (
      <AuthFrame title="Already set up" text="This server has its first owner.">
        <Link
          to="/sign-in"
          className="flex h-9 items-center justify-center rounded-control bg-accent font-medium text-accent-ink hover:bg-accent-press"
        >
          Sign in
        </Link>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title="Set up Baton" text="Your workspace and your account, in one step.">
      <form onSubmit={submit} className="flex flex-col gap-4">
        {token === "" && (
          <Notice tone="warn">
            The set-up link is not complete. Open the whole link that the server printed when it started, with
            the part after #.
          </Notice>
        )}
        {entry.isError && Object.keys(errors).length === 0 && (
          <Notice tone="err">{toFailure(entry.error).message}</Notice>
        )}
        <TextField
          label="Workspace"
          placeholder="Acme"
          autoComplete="organization"
          autoFocus
          {...field("workspace_name")}
        />
        <TextField
          label="Your name"
          autoComplete="name"
          hint="Visitors see it when you answer."
          {...field("name")}
        />
        <TextField label="Email" type="email" autoComplete="username" {...field("email")} />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          minLength={PASSWORD_LENGTH_MIN}
          hint={`At least ${PASSWORD_LENGTH_MIN} characters.`}
          {...field("password")}
        />
        <Button tone="primary" type="submit" busy={entry.isPending} disabled={token === ""} className="h-9">
          Create the workspace
        </Button>
      </form>
    </AuthFrame>
  );
}
