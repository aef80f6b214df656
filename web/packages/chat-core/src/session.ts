import type { KeyValues } from "./effects";

/** The visitor's token on this device, shared by the tabs of one site. */
export class SessionKeeper {
  readonly #storage: KeyValues;
  readonly #key: string;
  readonly #changed: (token: string | null) => void;
  #token: string | null = null;

  constructor(storage: KeyValues, prefix: string, changed: (token: string | null) => void) {
    this.#storage = storage;
    this.#key = `${prefix}:token`;
    this.#changed = changed;
  }

  get token(): string | null {
    return this.#token;
  }

  /** Takes the stored token, or the one that the host page kept; the browser may have dropped either. */
  restore(mirrored: string | null): void {
    const stored = this.#storage.get(this.#key);
    this.#token = stored ?? mirrored;
    if (stored === null && mirrored !== null) this.#storage.set(this.#key, mirrored);
    if (this.#token !== mirrored) this.#changed(this.#token);
  }

  /** Takes over a token that another tab stored; true when it differs from this tab's. */
  adopt(): boolean {
    const stored = this.#storage.get(this.#key);
    if (stored === null || stored === this.#token) return false;
    this.#token = stored;
    this.#changed(stored);
    return true;
  }

  keep(token: string): void {
    this.#token = token;
    this.#storage.set(this.#key, token);
    this.#changed(token);
  }

  /** Forgets the token that the server refused, unless another tab has stored a newer one. */
  forget(): void {
    if (this.adopt()) return;
    this.#token = null;
    this.#storage.remove(this.#key);
    this.#changed(null);
  }
}
