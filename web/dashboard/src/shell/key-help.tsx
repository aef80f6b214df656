import { usePreferences } from "../app/hooks";
import { Dialog } from "../components/dialog";
import { Kbd, keyLabels } from "../components/kbd";
import { KEY_HELP } from "../store/keys";

/** All shortcuts at a glance. */
export function KeyHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { single_keys } = usePreferences();
  const description =
    single_keys === "on"
      ? "Single keys can be turned off in your account."
      : "Single keys are turned off in your account; those with Ctrl, Cmd or Esc still work.";
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Keyboard"
      description={description}
      width="wide"
      body="reading"
    >
      <div className="gap-x-10 pt-2 sm:columns-2">
        {KEY_HELP.map((group) => (
          <section key={group.title} className="mb-5 break-inside-avoid">
            <h3 className="mb-1 text-meta text-t3">{group.title}</h3>
            <dl className="flex flex-col">
              {group.rows.map((row) => (
                <div
                  key={row.text}
                  className="flex items-center gap-3 border-line border-b py-1.5 last:border-b-0"
                >
                  <dt className="min-w-0 flex-1 text-body">{row.text}</dt>
                  <dd className="flex shrink-0 items-center gap-2">
                    {row.keys.map((keys) => (
                      <span key={keys}>
                        <span className="sr-only">{keyLabels(keys).flat().join(" ")}</span>
                        <Kbd keys={keys} />
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
