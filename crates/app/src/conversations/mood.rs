//! How a visitor sounds by now: a feature that the policy decides from (H1).

use baton_answer::{Question, Who, intent};
use baton_domain::policy::frustration_level;

use crate::Baton;

/// Earlier texts that are listened to; older ones have passed.
const EARLIER_MAX: usize = 3;

/// How frustrated the visitor is, 0 to 1. Nothing said before a person last answered counts: they have dealt with it.
pub(crate) async fn frustration(baton: &Baton, question: &Question) -> f64 {
    let since_person = question.history.iter().rev().take_while(|turn| turn.who != Who::Member);
    let earlier = since_person.filter(|turn| turn.who == Who::Visitor).take(EARLIER_MAX).map(|turn| turn.text.clone());
    let mut texts: Vec<String> = earlier.collect();
    texts.reverse();
    texts.extend(question.burst.iter().cloned());
    let embedder = baton.embedder();
    let heard = tokio::task::spawn_blocking(move || {
        texts.iter().map(|text| intent::frustration(text, embedder.as_deref())).collect::<Vec<_>>()
    });
    frustration_level(&heard.await.unwrap_or_default())
}
