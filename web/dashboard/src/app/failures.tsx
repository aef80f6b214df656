import { Link, useRouter } from "@tanstack/react-router";
import { Button } from "../components/button";
import { Empty, PaperDrawing } from "../components/empty";
import { toFailure } from "../store/inbox-client";

/** A screen could not be shown. */
export function LoadFailed({ error, reset }: { error: unknown; reset?: () => void }) {
  const router = useRouter();
  return (
    <div className="h-full min-h-80">
      <Empty
        heading="h1"
        drawing={<PaperDrawing />}
        title="This screen could not be loaded"
        text={toFailure(error).message}
        action={
          <Button
            onClick={() => {
              reset?.();
              void router.invalidate();
            }}
          >
            Try again
          </Button>
        }
      />
    </div>
  );
}

/** A link that leads nowhere. */
export function NotFound() {
  return (
    <div className="h-full min-h-80">
      <Empty
        heading="h1"
        drawing={<PaperDrawing />}
        title="There is nothing here"
        text="The link may be old, or what it led to was deleted."
        action={
          <Link to="/" className="text-accent underline underline-offset-2">
            Go to the inbox
          </Link>
        }
      />
    </div>
  );
}

/** The same outside the shell, where nothing else is the page's main part. */
export function NoSuchPage() {
  return (
    <main className="h-dvh">
      <NotFound />
    </main>
  );
}

export function AppFailed(props: { error: unknown; reset?: () => void }) {
  return (
    <main className="h-dvh">
      <LoadFailed {...props} />
    </main>
  );
}
