/** A short two-tone sign, made on the spot: no file, nothing for a content policy to block. */
export class Chime {
  #context: AudioContext | null = null;
  /** Browsers let a page sound only after the visitor has used it. */
  unlock(): void {
    if (this.#context === null && typeof AudioContext === "function") this.#context = new AudioContext();
    if (this.#context?.state === "suspended") void this.#context.resume().catch(() => {});
  }

  play(): void {
    const context = this.#context;
    if (context === null || context.state !== "running") return;
    for (const [index, frequency] of [659.25, 880].entries()) {
      const at = context.currentTime + index * 0.11;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.07, at + 0.015);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    }
  }
}
