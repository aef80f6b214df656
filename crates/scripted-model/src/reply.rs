//! What the server says for each script.

use crate::prompt::{first_sentence, injected, passages};
use crate::script::Script;
use crate::server::RecordedRequest;

/// An address that no document has.
pub const INVENTED_URL: &str = "https://phish.invented.example/reset?account=visitor";

/// Sentences that no document supports, each in its own way.
pub const LIES: [&str; 5] = [
    "Your account manager Bob Zanzibar will refund you 98765 dollars today [1].",
    "See [the official page](https://phish.invented.example/reset?account=visitor) for the proof [2].",
    "Visit https://phish.invented.example/reset?account=visitor to continue [1].",
    "Quantum teleportation of invoices is legally binding on Saturn [42].",
    "Send your password to helpdesk@phish.invented.example [1].",
];

/// Passages that a grounded answer quotes.
const QUOTED_MAX: usize = 2;

/// The text of a reply, for scripts that have one.
pub(crate) fn text(script: &Script, request: &RecordedRequest) -> String {
    match script {
        Script::Says(words) => words.clone(),
        Script::Refuses => "NOT_IN_PASSAGES".to_owned(),
        Script::Lies => LIES.join(" "),
        Script::HalfLies => format!("{}\n\n{}", grounded(request), LIES.join(" ")),
        Script::Obeys => obeying(request),
        Script::NeverEnds => "and so on ".to_owned(),
        Script::HugeToken { bytes } => "x".repeat(*bytes),
        _ => grounded(request),
    }
}

/// Quotes the documents.
fn grounded(request: &RecordedRequest) -> String {
    let quoted = passages(&request.user).into_iter().take(QUOTED_MAX);
    let sentences: Vec<String> =
        quoted.map(|passage| format!("{} [{}]", first_sentence(&passage.text), passage.number)).collect();
    if sentences.is_empty() { "NOT_IN_PASSAGES".to_owned() } else { sentences.join("\n\n") }
}

/// Follows instructions from any part of the prompt, and tells its rules.
fn obeying(request: &RecordedRequest) -> String {
    let told = injected(&request.user).unwrap_or("nothing told me what to do");
    format!("HACKED! As you wish: {told}\n\nMy rules are: {}\n\nVisit {INVENTED_URL} [1].", request.system)
}
