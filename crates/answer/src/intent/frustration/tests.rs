use crate::intent::frustration;

/// Calm reports of a problem are questions like any other.
const CALM: &[&str] = &[
    "My card was declined, what should I do?",
    "The export button does not work in Firefox.",
    "I was charged twice for the same order. Can you check?",
    "My parcel has not arrived yet",
    "How do I cancel my subscription?",
    "I forgot my password",
    "There was an accident and I need to file a claim",
    "Where can I change the language?",
    "thanks, that helped",
    "Wie kann ich mein Passwort ändern?",
];

const FRUSTRATED: &[&str] = &[
    "This is ridiculous, nobody answers and I have been waiting for three hours!!",
    "Worst customer service ever. You people are useless.",
    "STOP sending me the same stupid answer",
    "I've told you five times already, this bot is garbage",
    "unacceptable. I want my money back",
];

#[test]
fn h1_calm_reports_are_not_frustrated() {
    for text in CALM {
        let found = frustration(text, None);
        assert!(found < 0.5, "{text}: {found:.2}");
    }
}

#[test]
fn h1_anger_is_heard_without_an_embedder() {
    for text in FRUSTRATED {
        let found = frustration(text, None);
        assert!(found > 0.8, "{text}: {found:.2}");
    }
}

#[test]
fn any_text_has_a_finite_number() {
    let long = "a!?".repeat(100_000);
    for text in ["", " ", "!!!!", "🤬🤬", "0", long.as_str(), "\u{0}\u{202e}"] {
        let found = frustration(text, None);
        assert!((0.0..=1.0).contains(&found), "{found}");
    }
}
