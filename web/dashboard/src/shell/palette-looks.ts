/** Where the palette stands, and how its first line looks: the same before and after it was loaded. */
export const PALETTE_PLACE =
  "fixed inset-x-3 top-4 z-30 mx-auto max-w-xl overflow-hidden rounded-card bg-float shadow-panel sm:top-[14vh]";
export const PALETTE_HEAD = "flex items-center gap-2.5 border-line border-b px-4";
export const PALETTE_FIELD = "h-12 min-w-0 flex-1 bg-transparent text-large outline-none";
