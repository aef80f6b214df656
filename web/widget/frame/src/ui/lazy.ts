import { useEffect, useState } from "preact/hooks";

type Extras = typeof import("./extras");

let loaded: Extras | null = null;

export async function loadExtras(): Promise<Extras> {
  loaded ??= await import("./extras");
  return loaded;
}

/** The parts that come later; null until they are there. */
export function useExtras(wanted: boolean): Extras | null {
  const [extras, setExtras] = useState(loaded);
  useEffect(() => {
    // Without a network they are asked for again at the next press.
    if (wanted && extras === null) loadExtras().then(setExtras, () => {});
  }, [wanted, extras]);
  return loaded;
}
