import { createWidget, type Widget } from "./core";
import { readOptions } from "./options";
import { warn } from "./warn";

/** The one global: callable before and after loading, with the same methods as properties. */
type Global = ((method: string, ...rest: unknown[]) => unknown) &
  Partial<Widget> & { q?: Iterable<unknown>[]; agentId?: string };

declare global {
  interface Window {
    Baton?: Global | undefined;
  }
}

function install(): void {
  const script = (document.currentScript ??
    document.querySelector("script[data-agent-id]")) as HTMLScriptElement | null;
  const agentId = script?.dataset.agentId;
  if (!script || !agentId) {
    warn("the script tag needs data-agent-id");
    return;
  }
  const before = window.Baton;
  // The same tag twice, as frameworks mount things twice, is one widget.
  if (before?.agentId) return;
  const widget = createWidget(readOptions(script, agentId));
  const { destroy } = widget;
  widget.destroy = () => {
    destroy();
    window.Baton = undefined;
  };
  const call = (method: string, ...rest: unknown[]): unknown =>
    (widget[method as keyof Widget] as ((...args: unknown[]) => unknown) | undefined)?.(...rest);
  window.Baton = Object.assign(call, widget, { agentId });
  for (const [method, ...rest] of before?.q ?? []) call(method as string, ...rest);
}

try {
  install();
} catch (error) {
  // Whatever went wrong here must not stop the page's own scripts.
  warn(error);
}
