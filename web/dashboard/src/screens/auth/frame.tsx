import type { ReactNode } from "react";
import { Mark } from "../../shell/mark";

/** The quiet page that signing in, setting up and joining share. */
export function AuthFrame({
  title,
  text,
  children,
}: {
  title: string;
  text: ReactNode;
  children: ReactNode;
}) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center bg-s1 px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Mark size={36} />
          <div>
            <h1 className="font-semibold text-page">{title}</h1>
            <p className="text-body text-t2">{text}</p>
          </div>
        </div>
        <div className="rounded-card border border-line bg-bg p-5">{children}</div>
      </div>
    </main>
  );
}
