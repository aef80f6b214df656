/** At most one ring in this time over all tabs, so that a burst is not a nuisance. */
const QUIET_MS = 5_000;

/**
 * Rings when a conversation newly needs a human.
 *
 * Browsers allow sound only after a gesture; saying "Available" is that gesture.
 * Of all tabs that may ring, one gets the lock, rings, and keeps the lock for the quiet time.
 */
export class Bell {
  private audio: AudioContext | null = null;
  private rangAt = Number.NEGATIVE_INFINITY;

  /** Call it from within a click or key press. */
  unlock(): void {
    if (typeof AudioContext === "undefined") return;
    this.audio ??= new AudioContext();
    if (this.audio.state === "suspended") {
      this.audio.resume().catch(() => {
        // The browser still refuses; the next gesture tries again.
      });
    }
  }

  ring(): void {
    const { audio } = this;
    if (audio === null || audio.state !== "running") return;
    if (!("locks" in navigator)) {
      if (performance.now() - this.rangAt < QUIET_MS) return;
      this.rangAt = performance.now();
      chime(audio);
      return;
    }
    void navigator.locks.request("baton:bell", { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      chime(audio);
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    });
  }
}

/** Two soft tones, a third apart. */
function chime(audio: AudioContext): void {
  for (const [index, frequency] of [587, 740].entries()) {
    const at = audio.currentTime + index * 0.14;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = "sine";
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.5);
  }
}
