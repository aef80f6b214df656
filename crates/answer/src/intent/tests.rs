use crate::intent::{Intent, SmallTalk, classify, reply};

fn asks(text: &str) -> bool {
    matches!(classify(text), Intent::AsksForPerson { .. })
}

#[test]
fn a_request_for_a_person_is_seen_in_many_wordings() {
    let mut missed = Vec::new();
    for text in [
        "I want to talk to a human",
        "get me a real person",
        "operator!",
        "taht human plz",
        "representitive",
        "can i speak with someone please",
        "transfer me to a live agent",
        "Put me through to your support team",
        "is there a rep available?",
        "who can I talk to about this",
        "This is useless. Connect me with customer service",
        "I don't want to talk to a robot",
        "how do I talk to an actual person",
        "could someone from your team call me",
        "I need a human",
        "please escalate this ticket to a human",
        "sick of this bot",
        "Ich möchte mit einem Menschen sprechen",
        "je voudrais parler à un conseiller",
        "quiero hablar con una persona",
        "vorrei parlare con un operatore",
        "quero falar com um atendente",
        "ik wil een medewerker spreken",
        "I don't know how to set this up, let me speak to somebody",
    ] {
        if !asks(text) {
            missed.push(text);
        }
    }
    assert!(missed.is_empty(), "missed: {missed:#?}");
}

#[test]
fn the_same_words_in_another_sense_are_no_request() {
    let mut wrong = Vec::new();
    for text in [
        "how do I change the user agent string",
        "I do not need an agent",
        "please don't connect me to a human, just answer",
        "are you a bot?",
        "are you a real person or a machine",
        "am I talking to a human?",
        "how do I add an insurance agent to my policy",
        "what does a real estate agent earn",
        "which booking agent do you use",
        "what is your phone number",
        "Should I contact support before I cancel?",
        "Do I need to talk to an agent to change my plan?",
        "how do I transfer ownership to another person",
        "can my customers chat with an agent in the widget",
        "How can I send money to someone abroad",
        "my agent never calls me back",
        "is the output human readable",
        "What does the ternary operator do",
        "human resources contact",
        "who is the manager of this project?",
        "how many people can join a meeting",
        "I spoke to a representative yesterday and my refund is still missing",
        "kann ich die Software ohne Mitarbeiter kontaktieren",
        "",
    ] {
        if asks(text) {
            wrong.push((text, classify(text)));
        }
    }
    assert!(wrong.is_empty(), "false alarms: {wrong:#?}");
}

#[test]
fn the_evidence_is_the_visitors_own_words() {
    assert_eq!(
        classify("My order is late. I'd like to speak to a Representative, please"),
        Intent::AsksForPerson { evidence: "speak to a Representative".to_owned() }
    );
}

#[test]
fn small_talk_is_only_a_text_that_is_nothing_else() {
    let check = |text: &str, about| assert_eq!(classify(text), Intent::SmallTalk { about }, "{text}");
    check("hi there", SmallTalk::Greeting);
    check("Hellooooo!!", SmallTalk::Greeting);
    check("thanks!", SmallTalk::Thanks);
    check("ok great thank you", SmallTalk::Thanks);
    check("Thank you so much for your help 🙏", SmallTalk::Thanks);
    check("bye, have a nice day", SmallTalk::Goodbye);
    check("got it", SmallTalk::Acknowledgement);
    check("👍", SmallTalk::Acknowledgement);
    check("Are you a bot?", SmallTalk::Identity);
    check("vielen Dank", SmallTalk::Thanks);
    for text in [
        "hi, how do I reset my password",
        "thanks but it does not work",
        "ok so what about refunds",
        "good plans?",
        "?",
        "",
    ] {
        assert_eq!(classify(text), Intent::Question, "{text}");
    }
}

#[test]
fn small_talk_is_answered_in_its_own_language() {
    assert_eq!(reply(SmallTalk::Thanks, "vielen Dank"), "Gern geschehen! Kann ich sonst noch helfen?");
    assert_eq!(reply(SmallTalk::Greeting, "hello"), "Hello! What can I help you with?");
}

/// A classifier that reads every message must not be a way to stall the server.
#[test]
fn a_hostile_text_of_a_megabyte_is_classified_at_once() {
    for unit in ["a", "talk to ", "representativ ", "do not ", "….", "hi ", "é", "to to to with a a a "] {
        let text = unit.repeat(1_000_000 / unit.len());
        let started = std::time::Instant::now();
        classify(&text);
        // Milliseconds when nothing else runs; minutes if a step were repeated for each of the others.
        assert!(started.elapsed() < std::time::Duration::from_secs(10), "{unit}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        classify(&text);
    }

    #[test]
    fn no_mix_of_key_words_makes_it_panic(words in proptest::collection::vec("(to|with|a|agent|talk|me|not|i|do|are|you|is|there|some|one|who|human|get|support|team|in|my|call)", 0..20)) {
        let text = words.join(" ");
        if let Intent::AsksForPerson { evidence } = classify(&text) {
            proptest::prop_assert!(text.contains(evidence.as_str()));
        }
    }
}
