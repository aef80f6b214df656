import type { ModelCheck, ModelProvider, ModelState, Spend, WrittenBy } from "@baton/wire";

/** What is said about each kind of provider. */
export const PROVIDERS: Record<
  ModelProvider,
  { label: string; address: string; needsKey: boolean; nameHint: string; addressHint: string }
> = {
  open_ai: {
    label: "OpenAI or compatible",
    address: "https://api.openai.com/v1",
    needsKey: true,
    nameHint: "As the provider writes it, such as gpt-4.1-mini.",
    addressHint: "Up to the version. vLLM, llama.cpp, LM Studio and most gateways work too.",
  },
  anthropic: {
    label: "Anthropic",
    address: "https://api.anthropic.com/v1",
    needsKey: true,
    nameHint: "As the provider writes it, such as claude-sonnet-4-20250514.",
    addressHint: "Up to the version.",
  },
  gemini: {
    label: "Google Gemini",
    address: "https://generativelanguage.googleapis.com/v1beta",
    needsKey: true,
    nameHint: "As the provider writes it, such as gemini-2.5-flash.",
    addressHint: "Up to the version.",
  },
  ollama: {
    label: "Ollama",
    address: "http://localhost:11434",
    needsKey: false,
    nameHint: "As `ollama list` writes it.",
    addressHint: "Whoever runs this server has to allow addresses of its own network.",
  },
};

/** The origin of an address as it is filled in; empty means the provider's own. Null if it is none. */
export function originOf(provider: ModelProvider, address: string): string | null {
  const text = address.trim() === "" ? PROVIDERS[provider].address : address.trim();
  return URL.canParse(text) ? new URL(text).origin : null;
}

/** What stands beside the key. */
export function keyText(key: ModelState["key"]): string {
  if (key === null) return "No key is stored.";
  const shown = key.hint === "" ? "••••" : `••••${key.hint}`;
  return key.usable
    ? `Saved: ${shown}`
    : `Saved for ${key.origin}: ${shown}. It is not sent anywhere else; enter the key of the new address.`;
}

/** What came of trying the model out, in a line. */
export function checkText({ message, problem, took_ms, first_text_ms }: ModelCheck): string {
  if (problem !== null) return message;
  const whole = `whole reply after ${seconds(took_ms)}.`;
  return first_text_ms === null
    ? `${message} W${whole.slice(1)}`
    : `${message} First word after ${seconds(first_text_ms)}, ${whole}`;
}

/** Milliseconds as people read them. */
function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Who wrote an answer, in a sentence. */
export function writerText(written: WrittenBy): string {
  switch (written.kind) {
    case "fixed":
      return "A fixed text, written by nobody.";
    case "documents":
      return "Quoted from your docs.";
    case "model":
      return `Written by ${written.name}.`;
    case "documents_instead":
      return `Quoted from your docs, because the ${written.why}.`;
  }
}

/** What a model's part in an answer cost, in a line. */
export function spendText({ input_tokens, output_tokens, estimated, cost_micro_usd }: Spend): string {
  const tokens = `${number(input_tokens)} tokens read, ${number(output_tokens)} written`;
  const counted = estimated ? `about ${tokens}` : tokens;
  return cost_micro_usd === null ? counted : `${counted}, ${dollars(cost_micro_usd)}`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function dollars(micros: number): string {
  const value = micros / 1_000_000;
  return `$${value.toFixed(value < 0.01 ? 5 : value < 1 ? 3 : 2)}`;
}
