import { randomUUID } from "node:crypto";
import { seedOthers } from "./sources.mjs";
import { World } from "./world.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const UA_CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const UA_PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

export const IDS = {
  ana: "018f0000-0000-7000-8000-00000000000a",
  dana: "018f0000-0000-7000-8000-00000000000d",
  omar: "018f0000-0000-7000-8000-00000000000e",
  shop: "018f0000-0000-7000-8000-0000000000a1",
  api: "018f0000-0000-7000-8000-0000000000a2",
  refund: "018f0000-0000-7000-8000-000000000c01",
  frustrated: "018f0000-0000-7000-8000-000000000c02",
  streaming: "018f0000-0000-7000-8000-000000000c03",
  mine: "018f0000-0000-7000-8000-000000000c04",
  danas: "018f0000-0000-7000-8000-000000000c05",
  solved: "018f0000-0000-7000-8000-000000000c06",
  fresh: "018f0000-0000-7000-8000-000000000c07",
};

const site = (path, title) => ({ url: `https://www.northwind.example${path}`, title });
const PAGES = {
  home: site("/", "Northwind Outdoors"),
  tents: site("/tents", "Tents"),
  ridge: site("/tents/ridge-2", "Ridge 2 tent"),
  returns: site("/help/returns", "Returns and refunds"),
  shipping: site("/help/shipping", "Shipping"),
  account: site("/account/orders", "Your orders"),
  checkout: site("/checkout", "Checkout"),
};

export const CITATIONS = {
  returns: {
    title: "Returns and refunds",
    url: "https://www.northwind.example/help/returns#how-long",
    source_name: "returns.md",
    heading_path: ["Help", "How long do I have?"],
    quote:
      "You can return any unused item within 30 days of delivery. Refunds reach your account five working days after we receive the parcel.",
    passage_id: "018f0000-0000-7000-8000-00000000f001",
    score: 0.87,
  },
  used: {
    title: "Returns and refunds",
    url: "https://www.northwind.example/help/returns#used-items",
    source_name: "returns.md",
    heading_path: ["Help", "Used items"],
    quote: "Items that were used outdoors cannot be returned unless they are faulty.",
    passage_id: "018f0000-0000-7000-8000-00000000f002",
    score: 0.52,
  },
  shipping: {
    title: "Shipping times",
    url: "https://www.northwind.example/help/shipping#express",
    source_name: "shipping.html",
    heading_path: ["Delivery", "Express"],
    quote:
      "Express orders placed before 14:00 leave our warehouse on the same day and arrive within two working days.",
    passage_id: "018f0000-0000-7000-8000-00000000f003",
    score: 0.91,
  },
  care: {
    title: "Caring for your tent",
    url: "https://www.northwind.example/help/tent-care#drying",
    source_name: "care.md",
    heading_path: ["Care", "Drying and storage"],
    quote:
      "Never store a tent damp. Pitch it indoors or hang it until the seams are dry, then roll it loosely.",
    passage_id: "018f0000-0000-7000-8000-00000000f004",
    score: 0.78,
  },
};

const cite = (...names) => names.map((name, index) => ({ index: index + 1, ...CITATIONS[name] }));

function settings(over = {}) {
  return {
    welcome: "Hello! Ask anything about our tents, orders and returns.",
    suggestions: [
      "How long do I have to return an item?",
      "When will my order arrive?",
      "How do I dry my tent?",
    ],
    accent_color: "#1f6f5c",
    position: "right",
    allowed_origins: ["https://www.northwind.example"],
    instructions: "Keep answers short and friendly. Call our customers members.",
    model: { choice: "installation", provider: "open_ai", base_url: "", name: "", temperature: null },
    handoff: {
      mode: "auto",
      no_answer_after: 1,
      nobody_there: "queue",
      announcement: "named",
      announcement_text: "Let me connect you with our team. They'll have the full conversation so far.",
    },
    answer_threshold: 0.5,
    offer_person_below: 0.7,
    refuse_worse_training: true,
    ai_resumes: "after_close",
    session_window_minutes: 1440,
    burst_wait_ms: 1200,
    answer_deadline_seconds: 20,
    actions: [
      { action_id: randomUUID(), label: "Talk to a human", fields: [] },
      {
        action_id: randomUUID(),
        label: "Return an item",
        fields: [
          { name: "order_number", label: "Order number", kind: "text", required: true },
          { name: "email", label: "Email", kind: "email", required: true },
        ],
      },
    ],
    ...over,
  };
}

const member = (id, name, role, presence) => ({
  id,
  name,
  email: `${name.split(" ")[0].toLowerCase()}@northwind.example`,
  role,
  availability: presence === "available" ? "available" : "away",
  presence,
  suspended: false,
});

const snippet = (id) => `<script async src="http://localhost:4600/widget.js" data-agent-id="${id}"></script>`;

/** A shop's support on an ordinary afternoon. `empty` is the same workspace on its first day. */
export function seed(kind) {
  const members = [
    member(IDS.ana, "Ana Ruiz", "owner", "available"),
    member(IDS.dana, "Dana Okafor", "admin", "available"),
    member(IDS.omar, "Omar Haddad", "operator", "away"),
  ];
  const agents = [
    {
      id: IDS.shop,
      name: "Northwind Help",
      settings: settings(kind === "empty" ? { allowed_origins: [] } : {}),
      knowledge: {
        state: "ready",
        meaning: "ready",
        sources: 0,
        documents: 0,
        passages: 0,
        trained_at: Date.now() - HOUR,
        error: null,
      },
      snippet: snippet(IDS.shop),
    },
  ];
  if (kind !== "empty") {
    agents.push({
      id: IDS.api,
      name: "Developer docs",
      settings: settings({ welcome: "Ask about our API.", suggestions: [], accent_color: "#3b55d9" }),
      knowledge: {
        state: "ready",
        meaning: "off",
        sources: 3,
        documents: 41,
        passages: 612,
        trained_at: Date.now() - 6 * HOUR,
        error: null,
      },
      snippet: snippet(IDS.api),
    });
  }
  const world = new World(members, agents);
  if (kind === "empty") {
    agents[0].knowledge = {
      state: "empty",
      meaning: "ready",
      sources: 0,
      documents: 0,
      passages: 0,
      trained_at: null,
      error: null,
    };
    return world;
  }
  seedSources(world);
  seedConversations(world, kind);
  world.invitations.push({
    id: randomUUID(),
    email: "lena@northwind.example",
    role: "operator",
    created_at: Date.now() - 26 * HOUR,
    expires_at: Date.now() + 5 * 24 * HOUR,
    invited_by: "Ana Ruiz",
  });
  world.blocked.push(
    { origin: "https://staging.northwind.example", times: 214, last_at: Date.now() - 4 * MINUTE },
    { origin: "https://northwind-preview.pages.example", times: 3, last_at: Date.now() - 30 * HOUR },
  );
  return world;
}

function seedSources(world) {
  const agent = world.agent(IDS.shop);
  const add = (name, over) => {
    const source = {
      id: randomUUID(),
      agent_id: agent.id,
      name,
      kind: "file",
      format: "markdown",
      state: "ready",
      progress: null,
      error: null,
      documents: 1,
      passages: 24,
      bytes: 18_400,
      created_at: Date.now() - 3 * 24 * HOUR,
      synced_at: Date.now() - 2 * HOUR,
      web: null,
      ...over,
    };
    world.sources.set(source.id, source);
  };
  add("returns.md", { passages: 38, bytes: 21_310 });
  add("shipping.html", {
    format: "html",
    passages: 52,
    bytes: 88_120,
    created_at: Date.now() - 2.9 * 24 * HOUR,
  });
  add("care.md", { passages: 17, bytes: 9_870, created_at: Date.now() - 2.8 * 24 * HOUR });
  add("products.csv", {
    format: "csv",
    documents: 412,
    passages: 824,
    bytes: 1_310_000,
    created_at: Date.now() - 2 * 24 * HOUR,
  });
  add("Opening hours", {
    kind: "qa",
    format: null,
    passages: 6,
    bytes: 1_900,
    created_at: Date.now() - 24 * HOUR,
  });
  add("Repair service", {
    kind: "text",
    format: null,
    passages: 4,
    bytes: 3_200,
    created_at: Date.now() - 20 * HOUR,
  });
  seedOthers(add);
  countKnowledge(world, agent);
}

/** Writes the sums of an agent's sources into its knowledge. */
export function countKnowledge(world, agent) {
  const own = [...world.sources.values()].filter((source) => source.agent_id === agent.id);
  const working = own.some((source) => ["queued", "reading", "indexing"].includes(source.state));
  const sum = (key) => own.reduce((total, source) => total + source[key], 0);
  agent.knowledge = {
    state: own.length === 0 ? "empty" : working ? "training" : "ready",
    meaning: working ? "preparing" : "ready",
    sources: own.length,
    documents: sum("documents"),
    passages: sum("passages"),
    trained_at: own.length === 0 ? null : Date.now(),
    error: null,
  };
}

function start(page, trail, over = {}) {
  return {
    page,
    trail,
    referrer: "https://www.google.com/",
    locale: "en-GB",
    user_agent: UA_CHROME,
    previous_conversation_id: null,
    ...over,
  };
}

function seedConversations(world, kind) {
  const now = Date.now();
  const shop = world.agent(IDS.shop);
  const api = world.agent(IDS.api);
  const said = (text) => ({ type: "visitor_message", client_id: randomUUID(), text });
  const answered = (text, citations, confidence, over = {}) => ({
    type: "ai_message",
    turn_id: randomUUID(),
    kind: "answer",
    text,
    citations,
    confidence,
    offers_person: false,
    ...over,
  });
  const handoff = (reason, evidence, over = {}) => ({
    type: "handoff_requested",
    handoff_id: randomUUID(),
    reason,
    evidence,
    turn_id: null,
    action: null,
    someone_there: true,
    ...over,
  });
  const line = {
    type: "system_line",
    line: "handoff",
    text: "Let me connect you with our team. They'll have the full conversation so far.",
  };
  const wrote = (id, name, text) => ({
    type: "member_message",
    member_id: id,
    member_name: name,
    client_id: randomUUID(),
    text,
  });

  const refund = world.startConversation({
    id: IDS.refund,
    agent: shop,
    label: "Maya Chen",
    at: now - 9 * MINUTE,
    firstSeenAt: now - 40 * 24 * HOUR,
    conversations: 3,
    start: start(PAGES.ridge, [PAGES.home, PAGES.tents, PAGES.ridge]),
  });
  world.commit(refund, [said("Hi! How long do I have to return the Ridge 2 tent?")], now - 9 * MINUTE);
  world.commit(
    refund,
    [
      answered(
        "You can return any unused item **within 30 days** of delivery [1].\n\nThe refund reaches your account five working days after we receive the parcel [1].",
        cite("returns"),
        0.93,
      ),
    ],
    now - 8.8 * MINUTE,
  );
  world.commit(refund, [{ type: "page_visited", page: PAGES.returns }], now - 7 * MINUTE);
  world.commit(
    refund,
    [
      said("I pitched it once in the garden, and a pole is bent."),
      said("Can I still send it back? Order NW-20418."),
    ],
    now - 5.4 * MINUTE,
  );
  world.commit(
    refund,
    [
      answered(
        "I couldn't find an answer to this in our docs, and I'd rather not guess.",
        cite("used"),
        0.41,
        { kind: "abstain", offers_person: true },
      ),
      handoff(
        "no_answer",
        "1 question without an answer. Best match 0.52, needed 0.80: “Items that were used outdoors cannot be returned unless they are faulty.”",
      ),
      line,
    ],
    now - 5.1 * MINUTE,
  );
  world.commit(refund, [said("Thanks, I'll wait.")], now - 4.6 * MINUTE);

  const frustrated = world.startConversation({
    id: IDS.frustrated,
    agent: shop,
    label: "Jonas Weber",
    at: now - 12 * MINUTE,
    start: start(PAGES.account, [PAGES.account], { locale: "de-DE", user_agent: UA_PHONE, referrer: null }),
  });
  world.commit(frustrated, [said("Where is my parcel? It was promised for Tuesday")], now - 4 * MINUTE);
  world.commit(
    frustrated,
    [
      answered(
        "Express orders placed before 14:00 leave on the same day and arrive within two working days [1].",
        cite("shipping"),
        0.84,
      ),
    ],
    now - 3.9 * MINUTE,
  );
  world.commit(
    frustrated,
    [said("That is NOT what I asked. This is the third time. Get me someone who can read!")],
    now - 3.2 * MINUTE,
  );
  world.commit(
    frustrated,
    [handoff("frustrated", "“This is the third time. Get me someone who can read!”"), line],
    now - 3.1 * MINUTE,
  );
  world.commit(
    frustrated,
    [{ type: "handoff_repeated", reason: "asked", evidence: "“Is anyone there?”" }, said("Is anyone there?")],
    now - 1.2 * MINUTE,
  );

  const action = world.startConversation({
    agent: shop,
    label: "priya.s@example.com",
    at: now - 2 * MINUTE,
    start: start(PAGES.account, [PAGES.home, PAGES.account], { locale: "en-IN" }),
  });
  world.commit(
    action,
    [
      handoff("action", "Pressed “Return an item”.", {
        action: {
          action_id: randomUUID(),
          label: "Return an item",
          fields: [
            { name: "order_number", label: "Order number", value: "NW-20977" },
            { name: "email", label: "Email", value: "priya.s@example.com" },
          ],
        },
      }),
      line,
    ],
    now - 1.4 * MINUTE,
  );
  const asked = world.startConversation({
    agent: api,
    label: "Visitor 7Q2M",
    at: now - 50_000,
    start: start({ url: "https://developers.northwind.example/webhooks", title: "Webhooks" }, []),
  });
  world.commit(
    asked,
    [said("can i speak with an actual human please, your webhook retries twice for each event")],
    now - 48_000,
  );
  world.commit(asked, [handoff("asked", "“can i speak with an actual human please”"), line], now - 46_000);

  const streaming = world.startConversation({
    id: IDS.streaming,
    agent: shop,
    label: "Visitor 9XKD",
    at: now - 3 * MINUTE,
    start: start(PAGES.shipping, [PAGES.home, PAGES.checkout, PAGES.shipping]),
  });
  world.commit(streaming, [said("do you ship to Portugal?")], now - 2.8 * MINUTE);
  world.commit(
    streaming,
    [
      answered(
        "Yes. We ship to all of the EU, Norway and Switzerland [1]:\n\n1. **Standard**, four to six working days\n2. **Express**, two working days when ordered before 14:00",
        cite("shipping"),
        0.9,
      ),
    ],
    now - 2.7 * MINUTE,
  );
  world.commit(
    streaming,
    [{ type: "rated", message_seq: 3, rating: "up", comment: null }],
    now - 2.5 * MINUTE,
  );

  for (const [index, [label, text, reply, page]] of LIVE.entries()) {
    const at = now - (4 + index * 3) * MINUTE;
    const conversation = world.startConversation({
      agent: index === 2 ? api : shop,
      label,
      at,
      start: start(page, []),
    });
    world.commit(conversation, [said(text)], at + 10_000);
    world.commit(conversation, [answered(reply, cite("care"), 0.82 + index * 0.03)], at + 14_000);
  }

  const mine = world.startConversation({
    id: IDS.mine,
    agent: shop,
    label: "Tom Becker",
    at: now - 34 * MINUTE,
    start: start(PAGES.checkout, [PAGES.tents, PAGES.checkout]),
  });
  world.commit(mine, [said("my voucher SPRING10 does not work at the checkout")], now - 33 * MINUTE);
  world.commit(
    mine,
    [handoff("topic", "Topic “billing” always goes to a person."), line],
    now - 32.8 * MINUTE,
  );
  world.commit(
    mine,
    [
      {
        type: "taken_over",
        member_id: IDS.ana,
        member_name: "Ana Ruiz",
        from: "queue",
        handoff_id: randomUUID(),
      },
    ],
    now - 31 * MINUTE,
  );
  world.commit(
    mine,
    [wrote(IDS.ana, "Ana Ruiz", "Hi Tom, I'm looking at this now. Which items are in your basket?")],
    now - 30.6 * MINUTE,
  );
  world.commit(
    mine,
    [said("two headlamps and the *Ridge 2*"), said("it says “not valid for sale items”")],
    now - 29 * MINUTE,
  );
  world.commit(
    mine,
    [
      wrote(
        IDS.ana,
        "Ana Ruiz",
        "The headlamps are on sale, that is why. I made you a code for the tent alone: `RIDGE-10`.",
      ),
      wrote(IDS.ana, "Ana Ruiz", "Paste it below the basket, and tell me if it works."),
    ],
    now - 27 * MINUTE,
  );
  world.commit(mine, [{ type: "seen", by: "visitor", up_to: 9 }], now - 26 * MINUTE);
  world.marks.set(IDS.mine, 8);

  const danas = world.startConversation({
    id: IDS.danas,
    agent: shop,
    label: "Sofia Marino",
    at: now - 55 * MINUTE,
    start: start(PAGES.home, [], { locale: "it-IT" }),
  });
  world.commit(danas, [said("Posso cambiare l'indirizzo di consegna?")], now - 54 * MINUTE);
  world.commit(danas, [handoff("no_answer", "1 question without an answer."), line], now - 53.8 * MINUTE);
  world.commit(
    danas,
    [
      {
        type: "taken_over",
        member_id: IDS.dana,
        member_name: "Dana Okafor",
        from: "queue",
        handoff_id: randomUUID(),
      },
    ],
    now - 52 * MINUTE,
  );
  world.commit(
    danas,
    [wrote(IDS.dana, "Dana Okafor", "Ciao Sofia! Certo, mi dica il nuovo indirizzo.")],
    now - 51 * MINUTE,
  );

  for (const [index, [label, text, outcome]] of RESOLVED.entries()) {
    const at = now - (2 + index * 5) * HOUR;
    const conversation = world.startConversation({
      ...(index === 0 ? { id: IDS.solved } : {}),
      agent: shop,
      label,
      at,
      start: start(PAGES.returns, [PAGES.home]),
    });
    world.commit(conversation, [said(text)], at + MINUTE);
    world.commit(
      conversation,
      [answered("Here is what our docs say [1].", cite("returns"), 0.88)],
      at + 1.1 * MINUTE,
    );
    if (outcome !== "lapsed") {
      world.commit(
        conversation,
        [
          {
            type: "taken_over",
            member_id: IDS.ana,
            member_name: "Ana Ruiz",
            from: "ai",
            handoff_id: randomUUID(),
          },
        ],
        at + 4 * MINUTE,
      );
      world.commit(
        conversation,
        [wrote(IDS.ana, "Ana Ruiz", "I checked it for you: the refund was sent on Monday.")],
        at + 6 * MINUTE,
      );
      world.commit(conversation, [said("Great, thank you!")], at + 8 * MINUTE);
    }
    const by =
      outcome === "lapsed" ? { kind: "system" } : { kind: "member", member_id: IDS.ana, name: "Ana Ruiz" };
    world.commit(conversation, [{ type: "closed", by, outcome }], at + 10 * MINUTE);
    world.marks.set(conversation.id, 99);
  }
  if (kind === "many") {
    for (let index = 0; index < 400; index += 1) {
      const at = now - (10 + index) * MINUTE;
      const conversation = world.startConversation({
        agent: shop,
        label: `Visitor ${1000 + index}`,
        at,
        start: start(PAGES.home, []),
      });
      world.commit(conversation, [said(`Question number ${index}`)], at);
    }
  }
}

const LIVE = [
  [
    "Visitor 3F8A",
    "can I put the tent away wet?",
    "Never store a tent damp [1]. Hang it until the seams are dry, then roll it loosely.",
    PAGES.ridge,
  ],
  [
    "Lucie Dupont",
    "what is the weight of the ridge 2",
    "The Ridge 2 weighs 1.9 kg with poles and pegs [1].",
    PAGES.ridge,
  ],
  [
    "Visitor 55TB",
    "rate limit of the orders endpoint?",
    "600 requests per minute and key [1].",
    { url: "https://developers.northwind.example/limits", title: "Rate limits" },
  ],
];

const RESOLVED = [
  ["Ines Alvarez", "where is my refund?", "solved"],
  ["Visitor 8821", "buy cheap watches", "spam"],
  ["Peter Novak", "is the Ridge 2 waterproof?", "lapsed"],
  ["Grace Kim", "my zip broke after a week", "not_solved"],
];
