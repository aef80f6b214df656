import { randomUUID } from "node:crypto";
import { CITATIONS } from "./seed.mjs";

const DAY = 86_400_000;

/** The ids of the documents that passages name. */
export const DOCUMENTS = { source_id: "018f0000-0000-7000-8000-00000000d001" };

const doc = (title) => ({ kind: "document", ...DOCUMENTS, document_key: title, url: null, title });
const HAND_OFF = { kind: "hand_off" };
const SEEDED = [
  ["How long do I have to return an item?", doc(CITATIONS.returns.title), 0.93],
  ["How do I return a tent that I pitched once?", doc(CITATIONS.returns.title), 0.71],
  ["When will an express order arrive?", doc(CITATIONS.shipping.title), 0.88],
  ["Do you deliver to a parcel locker?", doc(CITATIONS.shipping.title), 0.41],
  ["How do I dry my tent before winter?", doc(CITATIONS.care.title), 0.79],
  [
    "Which seam sealer fits the Ridge 2?",
    doc("Seams and zips"),
    0.64,
    "The expected page is third; “Caring for your tent” is first.",
  ],
  ["Is there a pole repair kit for the Ridge 2?", doc("Repair service"), 0.77],
  ["Can I pay with two gift cards?", HAND_OFF, 0.18],
  ["I want to sue you over the broken tent pole", HAND_OFF, 0.22],
  ["Can you lower the price if I buy ten tents?", HAND_OFF, 0.31],
];

/** Agent → its golden questions, oldest first. */
const questions = new Map();
const trainings = new Map();
const askedAt = new Map();

function judge(golden, threshold, confidence, said = null) {
  const below = `Found, but below the threshold: ${confidence.toFixed(2)} < ${threshold.toFixed(2)}.`;
  const why = said ?? (golden.expect.kind === "document" && confidence < threshold ? below : null);
  return {
    question_id: golden.id,
    question: golden.question,
    expect: golden.expect,
    passed: why === null,
    would_answer: confidence >= threshold,
    confidence,
    why,
    observed: {},
  };
}

const changes = (...pairs) => pairs.map(([question, why]) => ({ question_id: randomUUID(), question, why }));

function seeded(agent, first) {
  if (!questions.has(agent.id)) {
    const rows = first ? SEEDED : [];
    questions.set(
      agent.id,
      rows.map(([question, expect, confidence, why], index) => {
        const at = Date.now() - (20 - index) * DAY;
        const golden = { id: randomUUID(), question, expect, created_at: at, changed_at: at, last: null };
        golden.last = index === 6 ? null : judge(golden, agent.settings.answer_threshold, confidence, why);
        return golden;
      }),
    );
    const golden = (passed, total, better = [], worse = []) => ({
      passed,
      total,
      better,
      worse,
      asked_at: Date.now(),
    });
    const one = (days, documents, passages, summary, over = {}) => ({
      id: randomUUID(),
      at: Date.now() - days * DAY,
      documents,
      passages,
      state: "published",
      published_at: Date.now() - days * DAY,
      golden: summary,
      in_use: false,
      kept: true,
      ...over,
    });
    trainings.set(
      agent.id,
      first
        ? [
            one(
              0.1,
              419,
              946,
              golden(
                6,
                10,
                [],
                changes(
                  [
                    "When will an express order arrive?",
                    "The expected page was not found; “Opening hours” was.",
                  ],
                  [
                    "How do I dry my tent before winter?",
                    "The expected page is second; “Opening hours” is first.",
                  ],
                ),
              ),
              { state: "refused", published_at: null },
            ),
            one(1.1, 418, 941, golden(7, 9, changes(["How do I dry my tent before winter?", null])), {
              in_use: true,
            }),
            one(6, 417, 902, golden(6, 9)),
            one(31, 412, 880, null, { kept: false }),
          ]
        : [],
    );
  }
  return questions.get(agent.id);
}

const point = (threshold) => {
  const answered = Math.max(0.08, 0.86 - (threshold - 0.3) * 1.05);
  const percent = Math.round(answered * 100);
  return {
    threshold,
    answered,
    to_people: 1 - answered,
    expected_right: Math.min(0.98, 0.7 + (threshold - 0.3) * 0.42),
    measured: null,
    sentence: `At ${threshold.toFixed(2)}: ${percent} % answered, ${100 - percent} % to people`,
  };
};

export function goldenRoutes({ world, agentOf, invalid }) {
  const isFirst = (agent) => world.agents[0] === agent && world.sources.size > 0;
  const of = (id) => seeded(agentOf(id), isFirst(agentOf(id)));
  const base = "^/agents/([^/]+)";
  const list = new RegExp(`${base}/golden-questions$`);
  const single = new RegExp(`${base}/golden-questions/([^/]+)$`);
  const checked = (all, body, except = null) => {
    if (body.question?.trim() === "") throw invalid({ question: "Between 1 and 1000 characters." });
    const twin = all.find(
      (one) => one.id !== except && one.question.toLowerCase() === body.question?.trim().toLowerCase(),
    );
    if (twin !== undefined) throw invalid({ question: "This question is there already." });
  };
  return [
    [
      "GET",
      list,
      ({ reply }, id) => {
        const all = of(id);
        const asked = all.filter((one) => one.last !== null);
        reply({
          questions: all,
          passed: asked.filter((one) => one.last.passed).length,
          asked: asked.length,
          asked_at: asked.length === 0 ? null : (askedAt.get(id) ?? Date.now() - DAY),
          limit: 500,
        });
      },
    ],
    [
      "POST",
      list,
      ({ body, reply }, id) => {
        const all = of(id);
        checked(all, body);
        const golden = {
          id: randomUUID(),
          ...body,
          created_at: Date.now(),
          changed_at: Date.now(),
          last: null,
        };
        all.push(golden);
        reply(golden, 201);
      },
    ],
    [
      "POST",
      new RegExp(`${base}/golden-questions/import$`),
      ({ body, reply }, id) => {
        const lines = body.text.split("\n").filter((line) => line.trim() !== "");
        if (!/question/.test(lines[0] ?? ""))
          throw invalid({
            text: "The first line names the columns: question, and expect or must_hand_off or both.",
          });
        const bad = lines.findIndex((line, index) => index > 0 && !line.includes(","));
        if (bad > 0)
          throw invalid({
            [`line.${bad + 1}`]: "Say what is expected: a document, or that it must hand off.",
          });
        const all = of(id);
        for (const line of lines.slice(1)) {
          const [question, expect] = line.split(",");
          const now = Date.now();
          all.push({
            id: randomUUID(),
            question,
            expect: doc(expect),
            created_at: now,
            changed_at: now,
            last: null,
          });
        }
        reply({ added: lines.length - 1, changed: 0, unchanged: 0 });
      },
    ],
    [
      "POST",
      new RegExp(`${base}/golden-questions/run$`),
      async ({ reply }, id) => {
        await new Promise((resolve) => setTimeout(resolve, 900));
        const agent = agentOf(id);
        const all = of(id);
        const better = [];
        for (const golden of all) {
          const before = golden.last;
          const why = before?.why?.includes("third") ? null : undefined;
          golden.last = judge(
            golden,
            agent.settings.answer_threshold,
            before?.confidence ?? 0.77,
            why ?? null,
          );
          if (before !== null && !before.passed && golden.last.passed)
            better.push({ question_id: golden.id, question: golden.question, why: before.why });
        }
        const worse = changes([
          "When will an express order arrive?",
          "The expected page is second; “Stores” is first.",
        ]);
        const fallen = all.find((one) => one.question === worse[0].question);
        if (fallen !== undefined) fallen.last = judge(fallen, 0.5, 0.62, worse[0].why);
        const results = all.map((one) => one.last);
        askedAt.set(id, Date.now());
        const passed = results.filter((one) => one.passed).length;
        reply({
          passed,
          total: results.length,
          better,
          worse: fallen === undefined ? [] : worse,
          asked_at: Date.now(),
          results,
        });
      },
    ],
    [
      "PATCH",
      single,
      ({ body, reply }, id, goldenId) => {
        const all = of(id);
        checked(all, body, goldenId);
        const golden = all.find((one) => one.id === goldenId);
        Object.assign(golden, body, { changed_at: Date.now(), last: null });
        reply(golden);
      },
    ],
    [
      "DELETE",
      single,
      ({ reply }, id, goldenId) => {
        questions.set(
          id,
          of(id).filter((one) => one.id !== goldenId),
        );
        reply(null, 204);
      },
    ],
    [
      "GET",
      new RegExp(`${base}/trainings$`),
      ({ reply }, id) => {
        of(id);
        reply({ trainings: trainings.get(id) });
      },
    ],
    [
      "POST",
      new RegExp(`${base}/trainings/([^/]+)/publish$`),
      ({ reply }, id, trainingId) => {
        for (const one of trainings.get(id)) one.in_use = one.id === trainingId;
        const training = trainings.get(id).find((one) => one.in_use);
        Object.assign(training, { state: "published", published_at: Date.now() });
        reply(training);
      },
    ],
    [
      "GET",
      new RegExp(`${base}/coverage$`),
      ({ reply }, id) => {
        const agent = agentOf(id);
        const points = Array.from({ length: 14 }, (_, index) => point((30 + 5 * index) / 100));
        const own = isFirst(agent);
        reply({
          basis: own ? "visitors" : "public_sets",
          questions: own ? 214 : 0,
          since: Date.now() - 90 * DAY,
          note: own
            ? null
            : "Visitors have asked 3 questions in the last 90 days, too few to say; these figures are of public question sets about other products. Add golden questions to see your own.",
          calibration: {
            shift: 0.12,
            golden: own ? 10 : 0,
            ratings: own ? 31 : 0,
            fitted_at: Date.now() - DAY,
          },
          current: point(agent.settings.answer_threshold),
          points,
        });
      },
    ],
  ];
}
