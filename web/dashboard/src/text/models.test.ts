import type { ModelCheck } from "@baton/wire";
import { describe, expect, it } from "vitest";
import { checkText, keyText, originOf, PROVIDERS, spendText } from "./models";

describe("language models in words", () => {
  it("know where a key would be sent", () => {
    expect(originOf("open_ai", "")).toBe("https://api.openai.com");
    expect(originOf("ollama", " http://localhost:11434/ ")).toBe("http://localhost:11434");
    expect(originOf("gemini", "nonsense")).toBeNull();
    for (const { address } of Object.values(PROVIDERS)) expect(URL.canParse(address)).toBe(true);
  });

  it("say what is stored without saying it", () => {
    expect(keyText(null)).toBe("No key is stored.");
    const key = { hint: "abcd", set_at: 0, origin: "https://a.example", usable: true };
    expect(keyText(key)).toBe("Saved: ••••abcd");
    expect(keyText({ ...key, hint: "" })).toBe("Saved: ••••");
    expect(keyText({ ...key, usable: false })).toContain("Saved for https://a.example: ••••abcd.");
  });

  it("say what trying out came to", () => {
    const check: ModelCheck = {
      model: "m",
      problem: null,
      message: "m answers.",
      said: null,
      took_ms: 1_240,
      first_text_ms: 310,
    };
    expect(checkText(check)).toBe("m answers. First word after 310 ms, whole reply after 1.2 s.");
    expect(checkText({ ...check, first_text_ms: null })).toBe("m answers. Whole reply after 1.2 s.");
    expect(checkText({ ...check, problem: "key_refused", message: "The key was refused." })).toBe(
      "The key was refused.",
    );
  });

  it("say what an answer cost as far as it is known", () => {
    const spend = {
      model: "m",
      input_tokens: 1_540,
      output_tokens: 96,
      estimated: false,
      cost_micro_usd: 288,
    };
    expect(spendText(spend)).toBe("1,540 tokens read, 96 written, $0.00029");
    expect(spendText({ ...spend, cost_micro_usd: 45_000 })).toBe("1,540 tokens read, 96 written, $0.045");
    expect(spendText({ ...spend, estimated: true, cost_micro_usd: null })).toBe(
      "about 1,540 tokens read, 96 written",
    );
  });
});
