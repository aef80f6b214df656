import { useId, useState } from "react";
import { SelectField, TextField } from "../../components/field";
import { readAddress } from "../../text/address";
import { EVERY, EVERY_NAMES, scopeText } from "../../text/sources";
import type { AddPart } from "./add-source";
import { LimitsFields } from "./limits-fields";

/** Adds a site or one page by its address, and says beforehand what will be read. */
export function AddWeb({ kind, draft, change, errors }: AddPart & { kind: "site" | "page" }) {
  const scopeId = useId();
  // Half an address is no mistake yet: what is wrong is said once the field was left.
  const [left, setLeft] = useState(false);
  const address = readAddress(draft.url);
  const prefix = draft.limits.path_prefix.trim();
  const scope = scopeText(
    kind,
    address.kind === "fine" ? address.url : null,
    kind === "page" || !prefix.startsWith("/") ? null : prefix,
  );
  const early = left && address.kind === "wrong" ? address.why : undefined;
  return (
    <>
      <TextField
        label={kind === "site" ? "Address of the site" : "Address of the page"}
        type="url"
        inputMode="url"
        autoComplete="url"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={2_000}
        placeholder={kind === "site" ? "docs.example.com" : "docs.example.com/returns"}
        hint={
          kind === "site"
            ? "A page where the docs begin, a sitemap.xml or an llms.txt. https:// may be left out."
            : "As your browser shows it. https:// may be left out."
        }
        error={errors.url ?? early}
        value={draft.url}
        onBlur={() => setLeft(true)}
        onChange={(event) => change({ type: "web", part: { url: event.target.value } })}
      />
      <div id={scopeId} className="rounded-control bg-s1 px-3 py-2 text-body">
        <p className="font-medium text-meta text-t2">What will be read</p>
        <p className="[overflow-wrap:anywhere]">
          {scope ??
            (kind === "site"
              ? "Public pages of one site, with their main content only."
              : "One public page.")}
        </p>
        <p className="text-meta text-t3">
          {kind === "site"
            ? "This site only. robots.txt is kept, and pages that say noindex are left out."
            : "Its main content only. robots.txt is kept, and links are not followed."}
        </p>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Read again"
          value={draft.sync_every}
          error={errors.sync_every}
          hint="Pages that did not change are not indexed again."
          onChange={(event) => {
            const every = EVERY.find((one) => one === event.target.value);
            if (every !== undefined) change({ type: "web", part: { sync_every: every } });
          }}
          choices={EVERY.map((value) => ({ value, label: EVERY_NAMES[value] }))}
        />
        <TextField
          label="Name"
          optional
          maxLength={200}
          hint="Answers name it. Empty: its address."
          error={errors.title ?? errors.name}
          value={draft.name}
          onChange={(event) => change({ type: "web", part: { name: event.target.value } })}
        />
      </div>
      {kind === "site" && (
        <LimitsFields
          values={draft.limits}
          errors={errors}
          onChange={(part) => change({ type: "limits", part })}
        />
      )}
    </>
  );
}
