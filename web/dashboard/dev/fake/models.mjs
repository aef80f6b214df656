/** The language models of agents: one key for all, and a model that answers once it has one. */
let key = null;

/** Who wrote an answer: the docs themselves. */
export const QUOTED = { written_by: { kind: "documents" }, spend: null };

const state = () => ({ installation: null, key });

export const modelRoutes = [
  ["GET", /^\/agents\/([^/]+)\/model$/, ({ reply }) => reply(state())],
  [
    "PUT",
    /^\/agents\/([^/]+)\/model-key$/,
    ({ body, reply }) => {
      key = { hint: body.key.slice(-4), set_at: Date.now(), origin: "https://api.openai.com", usable: true };
      reply(state());
    },
  ],
  [
    "DELETE",
    /^\/agents\/([^/]+)\/model-key$/,
    ({ reply }) => {
      key = null;
      reply(state());
    },
  ],
  [
    "POST",
    /^\/agents\/([^/]+)\/model\/check$/,
    async ({ body, reply }) => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      const { choice, name } = body.model;
      const answers = choice === "own" && key !== null;
      reply({
        model: choice === "own" ? name : null,
        problem: answers ? null : choice === "own" ? "key_refused" : "no_model",
        message: answers
          ? `${name} answers.`
          : choice === "own"
            ? "The key was refused (status 401). Copy it again from the provider, and check that its account may use this model."
            : "This installation has no language model, so answers are quoted from your docs.",
        said: answers || choice !== "own" ? null : "Incorrect API key provided.",
        took_ms: 840,
        first_text_ms: answers ? 410 : null,
      });
    },
  ],
];
