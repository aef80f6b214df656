//! The patterns of an English request for a person.
//!
//! Each pattern starts at a verb or noun and looks at a bounded window; what stands before it can take the request back
//! ("I do not want to talk to a human", "should I contact support", "am I talking to a person").

use std::ops::Range;

use crate::intent::lexicon::{
    Strength, is_connect, is_connect_alone, is_contact, is_filler, is_negation, is_preposition, is_robot, is_talk,
    is_third_person, is_want, person_at,
};
use crate::intent::words::Words;

/// Words of a text that may be a bare request: "get me the operator now please" needs no verb analysis.
const BARE_WORDS_MAX: usize = 7;
/// How far a pattern looks back for what takes the request back.
const LOOK_BACK: usize = 7;

/// Whether the whole text is nothing but a person's name for a role and courtesy: "representative!", "human pls".
pub(super) fn is_bare_request(words: &Words<'_>) -> bool {
    if words.len() == 0 || words.len() > BARE_WORDS_MAX {
        return false;
    }
    (0..words.len()).any(|start| {
        person_at(words, start, 0).is_some_and(|person| {
            let alone = (0..start).chain(person.end..words.len()).all(|at| is_filler(words.at(at)));
            let names_a_role = person.strength == Strength::Sure
                || (person.end == words.len() || is_filler(words.at(person.end)))
                    && is_role_alone(words, start, person.end);
            alone && names_a_role && !asks_what_it_is(words, start) && !is_negated(words, start)
        })
    })
}

/// Contextual nouns that nevertheless mean a person when they are all that is said.
fn is_role_alone(words: &Words<'_>, start: usize, end: usize) -> bool {
    let last = words.at(end - 1);
    let department = matches!(last, "service" | "care" | "support") && end - start >= 2;
    department || matches!(last, "agent" | "person" | "assistant" | "supervisor" | "manager" | "someone" | "somebody")
}

/// Finds a request in one clause; returns the words that make it.
///
/// `asks_identity_next` says that a later clause asks whether this is a person: then "I need help from a human" and "I hate
/// talking to robots" only lead up to that question.
pub(super) fn in_clause(words: &Words<'_>, asks_identity_next: bool) -> Option<Range<usize>> {
    (0..words.len())
        .find_map(|at| {
            let end = talk(words, at)
                .or_else(|| contact(words, at))
                .or_else(|| connect(words, at))
                .or_else(|| want(words, at).filter(|_| !(asks_identity_next && words.at(at) == "help")))
                .or_else(|| person_does(words, at))
                .or_else(|| presence(words, at))
                .or_else(|| whom_to_talk_to(words, at))
                .or_else(|| urgent(words, at))?;
            (!is_taken_back(words, at)).then_some(at..end)
        })
        .or_else(|| tired_of_robot(words).filter(|_| !asks_identity_next))
}

/// Whether a clause asks what it is talking to: "is this a robot", "are you one".
pub(super) fn asks_identity(words: &Words<'_>) -> bool {
    let pair = (words.at(0), words.at(1));
    let asks = matches!(pair, ("is", "this" | "it" | "that") | ("are" | "r", "you" | "u") | ("am", "i"));
    asks && words.iter().any(|word| {
        is_robot(word)
            || matches!(word, "one" | "human" | "person" | "intelligence" | "real" | "live" | "man" | "woman")
    })
}

/// "talk to a person", "chat with agent", "speak representative".
fn talk(words: &Words<'_>, at: usize) -> Option<usize> {
    if !is_talk(words.at(at)) || is_progressive_report(words, at) {
        return None;
    }
    for gap in 1..=3 {
        let word = words.at(at + gap);
        if is_preposition(word) && !matches!(word, "from" | "in" | "by") {
            return person_at(words, at + gap + 1, 2).map(|person| person.end);
        }
        if let Some(joined) = word.strip_prefix("to").filter(|rest| rest.len() >= 5)
            && Words::new(joined).len() == 1
            && person_at(&Words::new(joined), 0, 0).is_some()
        {
            return Some(at + gap + 1);
        }
    }
    person_at(words, at + 1, 0).filter(|person| person.single).map(|person| person.end)
}

/// "contact support", "get in touch with someone", "reach a human", "call a representative".
fn contact(words: &Words<'_>, at: usize) -> Option<usize> {
    let object = if is_contact(words.at(at)) {
        let out = words.starts_at(at + 1, &["out", "to"]);
        at + if out { 3 } else { 1 }
    } else if words.starts_at(at, &["in", "touch", "with"]) || words.starts_at(at, &["get", "through", "to"]) {
        at + 3
    } else if words.starts_at(at, &["hold", "of"]) {
        at + 2
    } else if words.at(at) == "call" {
        // Calling "an agent" or "support" is mostly about a telephone number; a plain person is not.
        let person = person_at(words, at + 1, 0)?;
        let plain =
            person.strength == Strength::Sure || matches!(words.at(person.end - 1), "someone" | "somebody" | "person");
        return plain.then_some(person.end);
    } else {
        return None;
    };
    person_at(words, object, 1).map(|person| person.end)
}

/// "connect me to an agent", "put this conversation through to support", "transfer to rep".
fn connect(words: &Words<'_>, at: usize) -> Option<usize> {
    let verb = words.at(at);
    if !is_connect(verb) {
        return None;
    }
    let to_visitor = words.at(at + 1) == "to" && matches!(words.at(at + 2), "me" | "us");
    let moves_visitor = matches!(words.at(at + 1), "me" | "us") || to_visitor;
    let moves_thread = matches!(words.at(at + 1), "this" | "my" | "the" | "our")
        && matches!(
            words.at(at + 2),
            "chat"
                | "conversation"
                | "call"
                | "thread"
                | "issue"
                | "case"
                | "ticket"
                | "query"
                | "question"
                | "matter"
                | "to"
        );
    let object_end = if to_visitor {
        at + 3
    } else if moves_visitor {
        at + 2
    } else if moves_thread {
        at + 3 - usize::from(words.at(at + 2) == "to")
    } else {
        at + 1
    };
    for gap in 0..=4 {
        if matches!(words.at(object_end + gap), "to" | "with" | "through" | "wth" | "2" | "too") {
            let start = object_end + gap + 1;
            let start = start + usize::from(matches!(words.at(start), "to" | "with"));
            if moves_visitor || moves_thread {
                return person_at(words, start, 2).map(|person| person.end);
            }
            let person = person_at(words, start, 0)?;
            let agent = person.single && words.at(person.end - 1).starts_with("ag");
            let moves = is_connect_alone(verb) && (person.strength == Strength::Sure || agent) && gap <= 1;
            return moves.then_some(person.end);
        }
    }
    // "connect agent", "transfer me agent", "send me someone".
    let direct = person_at(words, object_end, 0)?;
    let named = direct.strength == Strength::Sure || (moves_visitor && direct.single);
    (named && (moves_visitor || is_connect_alone(verb))).then_some(direct.end)
}

/// "I need a representative", "get me a person", "help from a human".
fn want(words: &Words<'_>, at: usize) -> Option<usize> {
    let verb = words.at(at);
    let helped = matches!(verb, "help" | "assistance" | "support") && matches!(words.at(at + 1), "from" | "by" | "of");
    let addressed = (matches!(verb, "call" | "callback" | "reply" | "response" | "answer")
        && words.at(at + 1) == "from")
        || (matches!(verb, "question" | "questions" | "message") && words.at(at + 1) == "for");
    if addressed && precedes(words, at, &["need", "want", "like", "request", "have", "get"]) {
        return person_at(words, at + 2, 0).filter(|person| person.strength == Strength::Sure).map(|person| person.end);
    }
    let wished = is_want(verb) && (verb != "like" || matches!(words.at(at.wrapping_sub(1)), "would" | "id" | "i"));
    if !helped && !wished {
        return None;
    }
    let to_me = matches!(words.at(at + 1), "me" | "us");
    let start = at + 1 + usize::from(to_me || helped);
    let start = start + usize::from(wished && words.at(start) == "to" && words.at(start + 1) == "have");
    let start = start + usize::from(words.at(start) == "have");
    let person = person_at(words, start, 0)?;
    if person.strength == Strength::Sure {
        // "I have a rep" and "find human" without a wish tell of something else.
        let asks =
            verb != "have" || precedes(words, at, &["can", "could", "may", "to", "id", "like", "please", "let", "you"]);
        return asks.then_some(person.end);
    }
    let role =
        person.single && !matches!(words.at(person.end - 1), "people" | "anyone" | "anybody" | "expert" | "experts");
    let handed_over = (to_me && matches!(verb, "get" | "give" | "find")) || verb == "gimme";
    let of_customers = matches!(words.at(person.end.wrapping_sub(2)), "customer" | "client" | "technical" | "tech");
    let ends_there = (person.end..words.len()).all(|at| is_filler(words.at(at)));
    let to_talk = matches!(words.at(person.end), "to" | "who" | "that" | "i")
        && (person.end..person.end + 4)
            .any(|at| is_talk(words.at(at)) || matches!(words.at(at), "help" | "call" | "assist"));
    let wanted = matches!(verb, "want" | "need" | "wanna" | "request" | "demand") && (ends_there || to_talk);
    let department = of_customers && !person.single && (handed_over || (wanted && ends_there));
    (department || (role && (handed_over || wanted || helped))).then_some(person.end)
}

/// "can someone call me", "have a human contact me", "could a representative help".
fn person_does(words: &Words<'_>, at: usize) -> Option<usize> {
    if !matches!(
        words.at(at),
        "can" | "could" | "may" | "will" | "would" | "have" | "let" | "ask" | "please" | "need" | "want"
    ) {
        return None;
    }
    let person = person_at(words, at + 1, 0).filter(|person| person.single)?;
    // "someone from your team", "a rep in your sales department".
    let of_team = matches!(words.at(person.end), "from" | "in" | "at" | "on")
        && matches!(words.at(person.end + 1), "your" | "the");
    let from = person.end + if of_team { 3 } else { 0 };
    let verb_at = (from..from + 3).find(|at| !matches!(words.at(*at), "please" | "to" | "just" | "pls"))?;
    let verb = words.at(verb_at);
    let turns_to_me = (verb_at + 1..verb_at + 4).any(|at| matches!(words.at(at), "me" | "us"));
    let calls = matches!(verb, "call" | "contact" | "phone" | "ring" | "reach" | "reply" | "respond")
        || is_talk(verb)
        || words.starts_at(verb_at, &["get", "back"])
        || words.starts_at(verb_at, &["get", "in"]);
    let helps = matches!(verb, "help" | "assist" | "answer" | "take" | "join") && person.strength == Strength::Sure;
    ((calls && turns_to_me) || helps).then_some((verb_at + 1).min(words.len()))
}

/// "is there a rep available", "where are the representatives", "anyone available to chat", "human to answer".
fn presence(words: &Words<'_>, at: usize) -> Option<usize> {
    let before = words.at(at.wrapping_sub(1));
    let person = person_at(words, at, 0)?;
    let last = words.at(person.end - 1);
    let fits = person.strength == Strength::Sure
        || matches!(last, "agent" | "agents" | "someone" | "anyone" | "person" | "somebody" | "support" | "staff");
    if !fits {
        return None;
    }
    let searched = person.strength == Strength::Sure
        && (words.starts_at(at.wrapping_sub(2), &["where", "are"])
            || words.starts_at(at.wrapping_sub(2), &["where", "is"])
            || words.starts_at(at.wrapping_sub(2), &["is", "there"])
            || words.starts_at(at.wrapping_sub(2), &["are", "there"])
            || (before == "for" && words.at(at.wrapping_sub(2)) == "looking"));
    let to = |at: usize| {
        words.at(at) == "to" && (is_talk(words.at(at + 1)) || matches!(words.at(at + 1), "help" | "answer" | "assist"))
    };
    let end = person.end;
    let free = matches!(words.at(end), "available" | "online" | "around");
    let ready = free && (to(end + 1) || (end + 1..words.len()).all(|at| is_filler(words.at(at))));
    let to_talk = to(end) && (person.strength == Strength::Sure || is_talk(words.at(end + 1)));
    (searched || ready || to_talk).then_some(end + usize::from(free))
}

/// "who can I talk to", "is there somebody I could speak with", "who is available to speak with me".
fn whom_to_talk_to(words: &Words<'_>, at: usize) -> Option<usize> {
    let asked = matches!(
        words.at(at),
        "who" | "whom" | "someone" | "somebody" | "anyone" | "anybody" | "person" | "people" | "one"
    );
    if !asked {
        return None;
    }
    let handed_on = (at + 1..at + 5).find(|at| is_connect(words.at(*at)) && words.starts_at(at + 1, &["me", "to"]));
    if let Some(verb) = handed_on {
        return Some(verb + 3);
    }
    let verb = (at + 1..at + 6).find(|at| is_talk(words.at(*at)))?;
    // "who do I talk to about a refund" asks for the right place as often as for a person.
    if words.at(at) == "who"
        && !words.at(verb + 2).is_empty()
        && !matches!(words.at(verb + 2), "me" | "us" | "please" | "here" | "now")
        && !matches!(words.at(verb + 3), "this" | "it" | "that")
    {
        return None;
    }
    let link = (at + 1..verb).all(|at| {
        matches!(
            words.at(at),
            "that"
                | "who"
                | "i"
                | "we"
                | "can"
                | "could"
                | "is"
                | "to"
                | "available"
                | "should"
                | "may"
                | "do"
                | "here"
                | "there"
                | "am"
                | "else"
        )
    });
    let first_person =
        (at + 1..verb).any(|at| matches!(words.at(at), "i" | "we")) || matches!(words.at(verb + 2), "me" | "us");
    let progressive = words.at(verb).ends_with("ing");
    (link && first_person && !progressive && matches!(words.at(verb + 1), "to" | "with")).then_some(verb + 2)
}

/// "representative only", "human now please" at the end of a short clause.
fn urgent(words: &Words<'_>, at: usize) -> Option<usize> {
    let person = person_at(words, at, 0).filter(|person| person.strength == Strength::Sure && person.single)?;
    let rest = person.end..words.len();
    let pressing = |at: usize| matches!(words.at(at), "only" | "now" | "please" | "pls" | "plz" | "needed" | "asap");
    (words.len() <= BARE_WORDS_MAX && !rest.is_empty() && rest.clone().all(pressing)).then_some(words.len())
}

/// "I don't want to talk to a robot", "tired of this bot", "no more chatbots".
fn tired_of_robot(words: &Words<'_>) -> Option<Range<usize>> {
    let robot = (0..words.len()).find(|at| is_robot(words.at(*at)))?;
    let from = robot.saturating_sub(LOOK_BACK + 1);
    if asks_what_it_is(words, robot) {
        return None;
    }
    let refusal = (from..robot).find(|at| {
        matches!(words.at(*at), "dont" | "not" | "tired" | "sick" | "hate" | "stop" | "enough" | "refuse" | "done")
    })?;
    let talking = (refusal..robot).any(|at| is_talk(words.at(at)));
    let fed_up = matches!(words.at(refusal), "tired" | "sick" | "hate" | "enough" | "done") && robot - refusal <= 4;
    let unwilling = talking
        && (refusal..robot)
            .any(|at| matches!(words.at(at), "want" | "wanna" | "like" | "refuse" | "tired" | "stop" | "sick"));
    (fed_up || unwilling).then_some(refusal..robot + 1)
}

/// Whether what stands before the pattern turns it into something other than a request.
fn is_taken_back(words: &Words<'_>, at: usize) -> bool {
    is_negated(words, at)
        || asks_whether_needed(words, at)
        || asks_what_it_is(words, at)
        || has_third_person_subject(words, at)
}

/// "I do not want to", "without having to", "no need to" directly before the pattern.
fn is_negated(words: &Words<'_>, at: usize) -> bool {
    for before in (at.saturating_sub(LOOK_BACK)..at).rev() {
        let word = words.at(before);
        if is_negation(word) {
            return true;
        }
        let chain = matches!(
            word,
            "to" | "want"
                | "need"
                | "wanna"
                | "wish"
                | "like"
                | "really"
                | "even"
                | "have"
                | "having"
                | "got"
                | "be"
                | "a"
                | "an"
                | "than"
                | "of"
                | "any"
                | "please"
                | "go"
                | "prefer"
                | "actually"
                | "connected"
                | "needing"
                | "me"
                | "get"
        );
        if !chain {
            return false;
        }
    }
    false
}

/// "do I need to talk to an agent", "should I contact support": a question about the rules, not a wish.
fn asks_whether_needed(words: &Words<'_>, at: usize) -> bool {
    let mut needed = false;
    for before in (at.saturating_sub(LOOK_BACK)..at).rev() {
        match words.at(before) {
            "to" | "really" | "always" | "still" | "first" => {}
            "need" | "have" | "needed" | "required" => needed = true,
            "i" | "we" | "you" | "one" => {
                let auxiliary = words.at(before.wrapping_sub(1));
                return matches!(auxiliary, "should" | "must" | "shall")
                    || (needed && matches!(auxiliary, "do" | "does" | "did" | "will" | "would" | "if" | "when"));
            }
            _ => return false,
        }
    }
    false
}

/// "are you a person", "is this a bot", "whether I am talking to a human".
fn asks_what_it_is(words: &Words<'_>, at: usize) -> bool {
    let from = at.saturating_sub(LOOK_BACK);
    let asked = (from..at).rev().find(|before| {
        let pair = (words.at(*before), words.at(before + 1));
        matches!(
            pair,
            ("are" | "r" | "were", "you" | "u" | "ya" | "we" | "yu")
                | (
                    "you" | "u" | "youre" | "your" | "it",
                    "are" | "r" | "is" | "a" | "an" | "not" | "really" | "actually" | "just"
                )
                | ("is" | "was", "this" | "it" | "that" | "the" | "there")
                | ("am" | "was", "i")
                | ("this" | "that", "is")
                | ("being" | "im", "a")
        ) && !(pair.0 == "is" && pair.1 == "there")
            && before + 1 < at.max(1)
    });
    let Some(asked) = asked else { return false };
    let wish_between = (asked..at).any(|at| {
        let word = words.at(at);
        (is_want(word) && word != "have" && word != "like")
            || matches!(word, "can" | "could" | "trying" | "looking" | "able" | "to" | "there")
    });
    let to_be = words.at(at.wrapping_sub(1)) == "be" || words.at(at) == "be";
    !wish_between || to_be || is_progressive_report(words, at)
}

/// "I am talking to", "have I been speaking with": a report of what goes on, not a wish.
fn is_progressive_report(words: &Words<'_>, at: usize) -> bool {
    if !words.at(at).ends_with("ing") && words.at(at) != "talkin" {
        return false;
    }
    for before in (at.saturating_sub(5)..at).rev() {
        match words.at(before) {
            "am" | "im" | "is" | "are" | "was" | "were" | "been" | "being" | "r" | "ive" | "m" | "its" => return true,
            "help" | "assistance" | "interested" | "need" | "want" | "about" | "prefer" => return false,
            _ => {}
        }
    }
    false
}

/// "how do my customers talk to an agent".
fn has_third_person_subject(words: &Words<'_>, at: usize) -> bool {
    let nearest = (at.saturating_sub(3)..at)
        .rev()
        .map(|before| words.at(before))
        .find(|word| is_third_person(word) || matches!(*word, "i" | "we" | "me" | "us" | "you"));
    nearest.is_some_and(|word| is_third_person(word) && !matches!(word, "it" | "who"))
        && !matches!(words.at(at), "can" | "could" | "someone" | "somebody")
}

fn precedes(words: &Words<'_>, at: usize, any_of: &[&str]) -> bool {
    (at.saturating_sub(3)..at).any(|before| any_of.contains(&words.at(before)))
}
