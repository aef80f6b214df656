/** Every word that the widget itself says, in English. `{name}` stands for a value. */

/** Words of the launcher on the host page. */
export const loaderEn = {
  open: "Open support chat",
} as const;

/** Words of the panel on the host page, which is loaded later. */
export const panelEn = {
  close: "Close support chat",
  unread: "unread",
  title: "Support chat",
} as const;

/** Words of the chat itself. */
export const frameEn = {
  "panel.title": "Support chat",
  "panel.close": "Close chat",
  "panel.menu": "More options",

  "state.ai": "AI assistant · answers from our docs",
  "state.connecting": "Connecting you…",
  "state.waiting": "Waiting for the team",
  "state.member": "{team}",
  "state.online": "Online",
  "state.closed": "Conversation closed",
  "state.reconnecting": "Reconnecting…",
  "state.loading": "Loading…",

  "menu.mute": "Mute sounds",
  "menu.download": "Download this chat",

  "welcome.suggestions": "Suggested questions",

  "author.you": "You",
  "author.ai": "Assistant",

  "thread.label": "Conversation",
  "thread.new": "New",
  "thread.new_conversation": "New conversation",
  "thread.to_newest": "Newest",
  "thread.new_reply": "New reply",
  "thread.today": "Today",
  "thread.yesterday": "Yesterday",

  "turn.searching": "Searching the docs…",
  "turn.reading": "Reading {title}…",
  "turn.reading_untitled": "Reading the docs…",
  "turn.writing": "Writing…",
  "turn.thinking": "The assistant is on it",

  "sources.label": "Sources",
  "sources.chip": "Source {index}: {title}",

  "queue.connecting": "Connecting you with {team}",

  "line.joined": "{name} joined",
  "line.joined_brief": "{team} joined",
  "line.returned_to_queue": "Back in line for the next person",
  "line.returned_to_ai": "The assistant is back",
  "line.closed_by": "{name} closed this conversation",
  "line.closed": "This conversation is closed",
  "line.closed_more": "Write again any time.",
  "line.reopened": "{name} reopened this conversation",

  "typing.member": "{name} is typing",

  "sent.sending": "Sending…",
  "sent.sent": "Sent",
  "sent.seen": "Seen",
  "sent.waiting": "Waiting",
  "sent.offline": "Waiting for the network",
  "sent.failed": "Not sent.",
  "sent.failed_because": "Not sent. {why}",
  "sent.stale": "Not sent. This is from earlier.",
  "sent.retry": "Retry",
  "sent.delete": "Delete",

  "banner.offline": "You're offline. Messages send when you're back.",
  "banner.unreachable": "No answer from the server. Trying again…",
  "banner.limited": "That's a lot of messages. You can send again in {seconds} s.",
  "banner.retry": "Try now",

  "composer.label": "Message",
  "composer.ask": "Ask a question…",
  "composer.ask_again": "Ask another question…",
  "composer.details": "Add details while you wait…",
  "composer.member": "Message {name}…",
  "composer.send": "Send message",
  "composer.left": "{left} left",
  "composer.over": "{over} too many",
  "composer.note_ai": "AI can be wrong. Check the sources.",
  "composer.note_queue": "{team} will see what you write.",
  "composer.note_person": "You're talking to a person.",

  "page.unknown": "There is no chat at this address.",
  "page.unreachable": "The chat can't be loaded right now.",
  "page.retry": "Try again",
} as const;

/** Words of the parts that are fetched later. */
export const extrasEn = {
  "rating.up": "Good answer",
  "rating.down": "Bad answer",
  "rating.thanks": "Thanks. This helps to make the answers better.",
  "copy.do": "Copy answer",
  "copy.done": "Copied",
  "author.baton": "Support chat",
  "sources.open": "Open page",
  "sources.close": "Close source",
  "rating.why": "What was wrong with it?",
  "rating.wrong": "Wrong",
  "rating.outdated": "Outdated",
  "rating.other": "Not what I asked",
  "rating.long": "Too long",
  "rating.note": "Anything to add?",
  "rating.send": "Send",
  "rating.skip": "Skip",
  "form.explain": "{team} gets this with the whole chat.",
  "form.optional": "optional",
  "form.send": "Send",
  "form.cancel": "Cancel",
  "form.required": "Please fill this in.",
  "form.email": "Please enter a whole email address.",
  "announce.ai": "Assistant: {text}",
  "announce.ai_long": "Assistant answered. {text} Press Alt and arrow up to read on.",
  "announce.sources_one": "1 source.",
  "announce.sources": "{count} sources.",
  "announce.member": "{name}: {text}",
  "announce.sent": "Sent",
  "announce.not_sent": "Not sent",
  "announce.offline": "You're offline",
  "announce.online": "You're back online",
  "transcript.name": "chat",
} as const;

export type Strings = Record<keyof typeof frameEn | keyof typeof extrasEn, string>;
