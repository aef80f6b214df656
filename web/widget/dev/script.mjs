/** What the fake agent and the fake team say: a small shop called Fernbank. */

export const CONFIG = {
  name: "Fernbank",
  welcome: "Hi there. What can we help you with?",
  suggestions: [
    "How long do refunds take?",
    "Can I change my delivery address?",
    "What does the Pro plan include?",
  ],
  accent_color: "#0f6b4f",
  position: "right",
  announcement: "named",
  team_name: "Fernbank Support",
  actions: [
    { action_id: "talk", label: "Talk to a human", fields: [] },
    {
      action_id: "order",
      label: "Ask about an order",
      fields: [
        { name: "order", label: "Order number", kind: "text", required: true },
        { name: "email", label: "Email", kind: "email", required: true },
        { name: "details", label: "What happened?", kind: "long_text", required: false },
      ],
    },
  ],
};

const source = (index, title, path, heading_path, quote) => ({
  index,
  title,
  url: `https://fernbank.example/help/${path}`,
  source_name: "Help centre",
  heading_path,
  quote,
  passage_id: `passage-${path}`,
});

const ANSWERS = [
  {
    asks: /refund|money back/i,
    reading: "Refund policy",
    text: "Refunds go back to the card you paid with **within 5 working days** after the parcel reaches our warehouse [1].\n\nWhat speeds it up:\n\n1. Print the label from *Orders → Return an item*.\n2. Hand the parcel in within 14 days [1].\n3. Keep the receipt until the refund shows.\n\nGift cards are refunded as store credit [2].",
    citations: [
      source(
        1,
        "Refund policy",
        "refunds#timing",
        ["Returns and refunds", "When you get your money"],
        "We refund the original payment method within 5 working days after your parcel has reached our warehouse. Parcels must be handed in within 14 days.",
      ),
      source(
        2,
        "Gift cards",
        "gift-cards#refunds",
        ["Payment", "Gift cards"],
        "Orders paid with a gift card are refunded as store credit to the same account.",
      ),
    ],
  },
  {
    asks: /address|deliver/i,
    reading: "Changing an order",
    text: "Yes, until the order is packed, usually for about two hours [1]. Open **Orders**, choose the order and press *Change address*. After that the carrier can still redirect the parcel [1].",
    citations: [
      source(
        1,
        "Changing an order",
        "orders#address",
        ["Orders", "After you have ordered"],
        "The address can be changed until the order is packed. Afterwards, use the carrier's redirect link in the shipping mail.",
      ),
    ],
  },
  {
    asks: /care|water/i,
    reading: "Care by plant",
    text: ["Monstera", "Calathea", "Fern", "Ficus", "Aloe", "Orchid"]
      .map(
        (plant) =>
          `## ${plant}\n${plant} wants bright, indirect light and water when the upper three centimetres of the soil are dry [1]. In winter that is about every two weeks, in summer every five days.\n\n- Wipe the leaves once a month.\n- Repot in spring.`,
      )
      .join("\n\n"),
    citations: [
      source(
        1,
        "Care by plant",
        "care",
        ["Care"],
        "Water when the upper three centimetres of the soil are dry.",
      ),
    ],
  },
  {
    asks: /plan\b|plans|pro\b|price/i,
    reading: "Plans",
    text: "The Pro plan adds three things to Basic [1]:\n\n- free next-day delivery\n- a plant doctor, `7` days a week\n- 10 % off [every repotting](https://fernbank.example/repotting)\n\nIt is billed monthly and can be ended at any time [2].",
    citations: [
      source(
        1,
        "Plans",
        "plans#pro",
        ["Membership", "Pro"],
        "Pro includes free next-day delivery, the plant doctor and 10 % off repotting.",
      ),
      source(
        2,
        "Billing cycles",
        "billing#cycles",
        ["Membership", "Billing"],
        "Memberships are billed monthly. You can end yours at any time; it runs to the end of the month.",
      ),
    ],
  },
];

/** What the agent makes of a question. */
export function think(text) {
  if (/human|person|someone|agent\b/i.test(text)) return { kind: "handoff" };
  if (/^(hi|hello|hey|thanks|thank you|bye)\b/i.test(text.trim())) {
    return {
      kind: "small_talk",
      text: /^(hi|hello|hey)/i.test(text) ? "Hello. What would you like to know?" : "You're welcome.",
    };
  }
  const answer = ANSWERS.find(({ asks }) => asks.test(text));
  return answer === undefined
    ? { kind: "abstain", text: "I couldn't find this in our docs, and I'd rather not guess." }
    : { kind: "answer", ...answer };
}

export const HANDOFF_LINE = "Let me connect you with our team. They'll have the full conversation so far.";
export const NOBODY_LINE = "Nobody is online right now. The team reads every conversation and answers here.";
export const MEMBER = { member_id: "member-dana", member_name: "Dana Whitfield" };

/** What Dana says, one by one. */
export const MEMBER_LINES = [
  "Hi, this is Dana. I've read your chat, give me a second to look at it.",
  "Found it. The parcel is at our warehouse since this morning, so the refund leaves **today**. You'll see it by Friday.",
  "Anything else I can do for you?",
];
