import { randomUUID } from "node:crypto";
import { CITATIONS, countKnowledge, IDS } from "./seed.mjs";

const WORD_MS = 70;

/** Things that happen by themselves or on request: answers being written, handoffs, sources being read. */
export class Stage {
  constructor(world) {
    this.world = world;
  }

  /** The AI answers in a live conversation, word by word. */
  streamAnswer(conversationId, { question, text = ANSWER, hold = false } = {}) {
    const { world } = this;
    const conversation = world.conversations.get(conversationId);
    const turn_id = randomUUID();
    if (question !== undefined) {
      world.commit(conversation, [{ type: "visitor_message", client_id: randomUUID(), text: question }]);
    }
    world.commit(conversation, [{ type: "turn_opened", turn_id }]);
    const { epoch } = conversation.summary;
    const viewed = (stream) => stream.viewing === conversationId;
    const tell = (event, data) =>
      world.broadcast(event, { conversation_id: conversationId, turn_id, epoch, ...data }, null, viewed);
    const pieces = text.split(/(?<=\s)/);
    let offset = 0;
    const step = (index) => {
      if (conversation.summary.epoch !== epoch) return;
      const piece = pieces[index];
      if (piece === undefined) {
        if (!hold) this.finishAnswer(conversation, turn_id, text);
        return;
      }
      tell("delta", { offset, text: piece });
      offset += piece.length;
      setTimeout(() => step(index + 1), WORD_MS);
    };
    setTimeout(() => tell("progress", { phase: "searching", title: null }), 200);
    setTimeout(() => tell("progress", { phase: "reading", title: "Returns and refunds" }), 700);
    setTimeout(() => step(0), 1_300);
  }

  finishAnswer(conversation, turn_id, text) {
    const citations = ["returns", "shipping"].map((name, index) => ({
      index: index + 1,
      ...CITATIONS[name],
    }));
    this.world.commit(conversation, [
      {
        type: "ai_message",
        turn_id,
        kind: "answer",
        text,
        citations,
        confidence: 0.86,
        offers_person: false,
      },
    ]);
  }

  /** A new conversation comes to the team. */
  arrive({
    label = "Noor Aziz",
    text = "I was charged twice for order NW-21044. Can someone look?",
    reason = "topic",
  } = {}) {
    const { world } = this;
    const conversation = world.startConversation({
      agent: world.agent(IDS.shop),
      label,
      at: Date.now(),
      start: {
        page: { url: "https://www.northwind.example/account/orders", title: "Your orders" },
        trail: [],
        referrer: null,
        locale: "en-GB",
        user_agent: null,
        previous_conversation_id: null,
      },
    });
    world.commit(conversation, [{ type: "visitor_message", client_id: randomUUID(), text }]);
    world.commit(conversation, [
      {
        type: "handoff_requested",
        handoff_id: randomUUID(),
        reason,
        evidence: "Topic “billing” always goes to a person.",
        turn_id: null,
        action: null,
        someone_there: true,
      },
      { type: "system_line", line: "handoff", text: "Let me connect you with our team." },
    ]);
    return conversation.id;
  }

  say(conversationId, text) {
    const conversation = this.world.conversations.get(conversationId);
    this.world.commit(conversation, [{ type: "visitor_message", client_id: randomUUID(), text }]);
  }

  typing(conversationId, who, name) {
    this.world.broadcast("typing", { conversation_id: conversationId, who, name, typing: true });
  }

  look(memberId, conversationId) {
    this.world.member(memberId).viewing = conversationId;
    this.world.broadcast("presence", { members: this.world.presence() });
  }

  /** Reads a new source in steps; files of unknown kinds fail. */
  readSource(source, { fails = null } = {}) {
    const { world } = this;
    const agent = world.agent(source.agent_id);
    const change = (part) => {
      if (!world.sources.has(source.id)) return;
      Object.assign(source, part);
      world.broadcast("source", source);
      countKnowledge(world, agent);
      world.broadcast("agent", agent);
    };
    const steps = [
      () => change({ state: "reading", progress: { done: 0, total: 4 } }),
      () => change({ progress: { done: 3, total: 4 } }),
      () =>
        change(
          fails === null
            ? { state: "indexing", progress: { done: 9, total: 42 } }
            : { state: "failed", progress: null, error: fails },
        ),
      ...(fails === null
        ? [
            () => change({ progress: { done: 31, total: 42 } }),
            () =>
              change({ state: "ready", progress: null, documents: 1, passages: 42, synced_at: Date.now() }),
          ]
        : []),
    ];
    for (const [index, step] of steps.entries()) setTimeout(step, 500 + index * 1_200);
  }
}

const ANSWER =
  "You can send the tent back **within 30 days** if it is unused [1]. Express parcels arrive within two working days [2], so the refund usually reaches your account in the week after.";
