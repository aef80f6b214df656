import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { usePageTitle, useServices } from "../../app/hooks";
import { safeReturn } from "../../app/router";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { Notice } from "../../components/notice";
import { toFailure } from "../../store/inbox-client";
import { loads } from "../../store/queries";
import { ApiError } from "../../wire/http";
import { AuthFrame } from "./frame";
import { useEntry } from "./use-entry";

/** Signs a member in and returns to the link that was asked for. */
export function SignInScreen() {
  usePageTitle("Sign in");
  const { api } = useServices();
  const { to } = useSearch({ from: "/sign-in" });
  const setup = useQuery(loads.setup(api));
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const entry = useEntry(api.signIn, safeReturn(to));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entry.mutate({ email: email.trim(), password });
  };
  return (
    <AuthFrame
      title="Sign in"
      text={to === undefined ? "Welcome back." : "Sign in, and the link you followed opens."}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        {entry.isError && <Notice tone="err">{signInFailure(entry.error)}</Notice>}
        <TextField
          label="Email"
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button tone="primary" type="submit" busy={entry.isPending} className="h-9">
          Sign in
        </Button>
        {setup.data?.needs_setup === true && (
          <p className="text-center text-meta text-t2">
            This server is new.{" "}
            <Link to="/setup" className="text-accent underline underline-offset-2">
              Set it up
            </Link>
          </p>
        )}
      </form>
    </AuthFrame>
  );
}

function signInFailure(error: unknown): string {
  if (error instanceof ApiError && error.code === "bad_credentials") {
    return "That email and password do not match. Check both and try again.";
  }
  if (error instanceof ApiError && error.code === "too_many_attempts") {
    return "Too many attempts. Wait a few minutes and try again.";
  }
  return toFailure(error).message;
}
