//! When a person is needed: a pure function of recorded features (H1, H2, H3).
//!
//! The features and the decision are stored with each turn, so that the why can be read later and a changed policy can be replayed over the past.

use serde::{Deserialize, Serialize};

/// Why a person was brought in. A closed list, stored with its evidence (H1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HandoffReason {
    /// The visitor asked for a person, in any wording.
    Asked,
    /// The docs did not answer.
    NoAnswer,
    /// One strong turn or a trend.
    Frustrated,
    /// A keyword of the owner's.
    Keyword,
    /// The visitor pressed a button that leads to a person.
    Action,
    /// A topic that always goes to a person.
    Topic,
    /// A member stepped in.
    TakenOver,
    /// The workspace's credit was used up.
    NoCredit,
    /// The model was down and the docs alone did not do.
    ModelDown,
}

/// Whether Baton hands off by itself (H2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HandoffMode {
    /// Whenever the policy says so.
    Auto,
    /// Never: visitors press a button, members take over.
    Manual,
}

/// What happens when the AI wants a person and nobody is there (H3).
/// Somebody who asks for a person is never turned away: they are queued and told so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NobodyThere {
    /// No handoff; the AI carries on, and the team finds it later.
    Suppress,
    /// The conversation waits for the team.
    Queue,
}

/// What a turn came to, before the policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// Hello, thanks, bye (A5).
    SmallTalk,
    /// The docs answer it, with this confidence.
    Answered {
        /// 0 to 1.
        confidence: f64,
    },
    /// The docs do not answer it, or not surely enough.
    NoAnswer {
        /// Confidence of the best that was found, 0 to 1.
        confidence: f64,
    },
    /// The visitor wants a person.
    Asked,
    /// Something broke: the model, the index, the deadline.
    Broken,
}

/// What the decision is made from. Recorded with the turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// What the turn came to.
    pub finding: Finding,
    /// Failed answers in a row before this one.
    pub failed_answers: u32,
    /// Whether a member is Available.
    pub someone_there: bool,
    /// How frustrated the visitor is by now, 0 to 1; see [`frustration_level`].
    #[serde(default)]
    pub frustration: f64,
}

/// From this level on a person is called (H1): one text that sounds frustrated with 0.85, or several that sound milder.
pub const FRUSTRATED_MIN: f64 = 0.7;

/// How frustrated a visitor is, from how each of their texts sounds, newest last: 0 to 1.
///
/// What sounds calm, below 0.5, adds nothing however often it is said; anything above adds up, and counts half with every text
/// that follows it.
#[must_use]
pub fn frustration_level(texts: &[f64]) -> f64 {
    let weights = std::iter::successors(Some(1.0), |weight| Some(weight / 2.0));
    let calm =
        texts.iter().rev().zip(weights).map(|(text, weight)| 1.0 - weight * ((text - 0.5) * 2.0).clamp(0.0, 1.0));
    1.0 - calm.product::<f64>()
}

/// The part of the settings that the decision is made from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Whether Baton hands off by itself.
    pub mode: HandoffMode,
    /// After how many failed answers in a row.
    pub no_answer_after: u32,
    /// What happens when the AI wants a person and nobody is there.
    pub nobody_there: NobodyThere,
    /// An answer less sure than this comes with the offer of a person, 0 to 1.
    pub offer_person_below: f64,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PolicyAction {
    /// Send the answer.
    Answer,
    /// Send the answer, and offer a person if one can come: it is likely right, not surely.
    AnswerAndOffer,
    /// Say that the docs do not answer this, and offer a person if one can come.
    Abstain,
    /// Bring in a person.
    HandOff,
    /// A person would be needed, nobody is there: carry on and keep it for the team.
    Suppress,
    /// Point to the button: the visitor asked, but only the button brings in a person.
    PointToButton,
}

/// What to do, and why in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What to do.
    pub action: PolicyAction,
    /// The reason, if a person is wanted.
    pub reason: Option<HandoffReason>,
    /// Why, in a sentence that the team reads.
    pub why: String,
}

/// Decides what a turn leads to.
#[must_use]
pub fn decide(policy: &Policy, features: &Features) -> Decision {
    let is_frustrated = features.frustration >= FRUSTRATED_MIN && policy.mode != HandoffMode::Manual;
    match features.finding {
        Finding::Answered { .. } | Finding::NoAnswer { .. } if is_frustrated => {
            let found = format!("the visitor sounds frustrated ({:.2})", features.frustration);
            wanted(policy, features, HandoffReason::Frustrated, &found)
        }
        Finding::SmallTalk => to(PolicyAction::Answer, None, "small talk is answered as such"),
        Finding::Answered { confidence } if confidence < policy.offer_person_below => {
            let why = format!(
                "the docs answer this (confidence {confidence:.2}); below {:.2} a person is offered with it",
                policy.offer_person_below
            );
            to(PolicyAction::AnswerAndOffer, None, why)
        }
        Finding::Answered { confidence } => {
            to(PolicyAction::Answer, None, format!("the docs answer this (confidence {confidence:.2})"))
        }
        Finding::Asked if policy.mode == HandoffMode::Manual => to(
            PolicyAction::PointToButton,
            None,
            "the visitor asked for a person; in manual mode only the button brings one in",
        ),
        Finding::Asked => to(PolicyAction::HandOff, Some(HandoffReason::Asked), "the visitor asked for a person"),
        Finding::NoAnswer { confidence } => {
            let failed = features.failed_answers.saturating_add(1);
            let found = format!("the docs do not answer this (best confidence {confidence:.2})");
            if failed < policy.no_answer_after {
                let why = format!("{found}; failed answer {failed}, a person comes after {}", policy.no_answer_after);
                return to(PolicyAction::Abstain, None, why);
            }
            wanted(policy, features, HandoffReason::NoAnswer, &found)
        }
        Finding::Broken => wanted(policy, features, HandoffReason::ModelDown, "answering failed"),
    }
}

/// A person is wanted, but not asked for by the visitor.
fn wanted(policy: &Policy, features: &Features, reason: HandoffReason, found: &str) -> Decision {
    match (policy.mode, features.someone_there, policy.nobody_there) {
        (HandoffMode::Manual, _, _) => {
            to(PolicyAction::Abstain, None, format!("{found}; in manual mode Baton does not hand off by itself"))
        }
        (HandoffMode::Auto, true, _) => to(PolicyAction::HandOff, Some(reason), format!("{found}; someone is there")),
        (HandoffMode::Auto, false, NobodyThere::Queue) => {
            to(PolicyAction::HandOff, Some(reason), format!("{found}; nobody is there, so it waits for the team"))
        }
        (HandoffMode::Auto, false, NobodyThere::Suppress) => {
            to(PolicyAction::Suppress, Some(reason), format!("{found}; nobody is there, so the AI carries on"))
        }
    }
}

fn to(action: PolicyAction, reason: Option<HandoffReason>, why: impl Into<String>) -> Decision {
    Decision { action, reason, why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(
        mode: HandoffMode,
        nobody: NobodyThere,
        after: u32,
        failed: u32,
        there: bool,
        finding: Finding,
    ) -> (PolicyAction, Option<HandoffReason>) {
        let policy = Policy { mode, no_answer_after: after, nobody_there: nobody, offer_person_below: 0.7 };
        let features = Features { finding, failed_answers: failed, someone_there: there, frustration: 0.0 };
        let decision = decide(&policy, &features);
        assert!(!decision.why.is_empty());
        (decision.action, decision.reason)
    }

    #[test]
    fn h1_h2_h3_the_whole_table() {
        use HandoffMode::{Auto, Manual};
        use NobodyThere::{Queue, Suppress};
        use PolicyAction::{Abstain, Answer, AnswerAndOffer, HandOff, PointToButton};
        let no = Finding::NoAnswer { confidence: 0.2 };
        let asked = Some(HandoffReason::Asked);
        let missed = Some(HandoffReason::NoAnswer);
        let table = [
            (Auto, Suppress, 1, 0, true, Finding::SmallTalk, (Answer, None)),
            (Auto, Suppress, 1, 0, false, Finding::Answered { confidence: 0.9 }, (Answer, None)),
            (Auto, Suppress, 1, 0, false, Finding::Answered { confidence: 0.7 }, (Answer, None)),
            (Auto, Suppress, 1, 0, true, Finding::Answered { confidence: 0.69 }, (AnswerAndOffer, None)),
            (Manual, Suppress, 1, 0, true, Finding::Answered { confidence: 0.6 }, (AnswerAndOffer, None)),
            (Auto, Suppress, 1, 0, true, Finding::Asked, (HandOff, asked)),
            (Auto, Suppress, 1, 0, false, Finding::Asked, (HandOff, asked)),
            (Manual, Suppress, 1, 0, true, Finding::Asked, (PointToButton, None)),
            (Auto, Suppress, 1, 0, true, no.clone(), (HandOff, missed)),
            (Auto, Suppress, 1, 0, false, no.clone(), (PolicyAction::Suppress, missed)),
            (Auto, Queue, 1, 0, false, no.clone(), (HandOff, missed)),
            (Auto, Queue, 2, 0, true, no.clone(), (Abstain, None)),
            (Auto, Queue, 2, 1, true, no.clone(), (HandOff, missed)),
            (Manual, Queue, 1, 5, true, no, (Abstain, None)),
            (Auto, Suppress, 1, 0, true, Finding::Broken, (HandOff, Some(HandoffReason::ModelDown))),
            (Manual, Suppress, 1, 0, true, Finding::Broken, (Abstain, None)),
        ];
        for (mode, nobody, after, failed, there, finding, expected) in table {
            let row = format!("{mode:?} {nobody:?} after {after} failed {failed} there {there} {finding:?}");
            assert_eq!(decided(mode, nobody, after, failed, there, finding), expected, "{row}");
        }
    }

    #[test]
    fn h1_frustration_adds_up_and_one_calm_problem_report_never_counts() {
        let rounded = |texts: &[f64]| (frustration_level(texts) * 1_000.0).round() / 1_000.0;
        assert_eq!(rounded(&[]), 0.0);
        assert_eq!(rounded(&[0.49; 50]), 0.0, "calm reports, however many");
        assert!(frustration_level(&[0.85]) >= FRUSTRATED_MIN, "one strong turn");
        assert!(frustration_level(&[0.8]) < FRUSTRATED_MIN);
        assert!(frustration_level(&[0.75, 0.75]) < FRUSTRATED_MIN);
        assert!(frustration_level(&[0.7, 0.75, 0.8]) >= FRUSTRATED_MIN, "a trend");
        assert!(frustration_level(&[0.95, 0.1, 0.1]) < FRUSTRATED_MIN, "it passes");
    }

    #[test]
    fn h1_h2_frustration_brings_a_person_in_unless_the_owner_said_manual() {
        let decided = |mode, nobody_there, someone_there, finding| {
            let policy = Policy { mode, no_answer_after: 3, nobody_there, offer_person_below: 0.7 };
            let features = Features { finding, failed_answers: 0, someone_there, frustration: 0.9 };
            let decision = decide(&policy, &features);
            (decision.action, decision.reason)
        };
        let answered = Finding::Answered { confidence: 0.9 };
        let frustrated = Some(HandoffReason::Frustrated);
        let (auto, manual) = (HandoffMode::Auto, HandoffMode::Manual);
        let (suppress, queue) = (NobodyThere::Suppress, NobodyThere::Queue);
        let no_answer = Finding::NoAnswer { confidence: 0.2 };
        assert_eq!(decided(auto, suppress, true, answered.clone()), (PolicyAction::HandOff, frustrated));
        assert_eq!(decided(auto, suppress, true, no_answer), (PolicyAction::HandOff, frustrated));
        assert_eq!(decided(auto, queue, false, answered.clone()), (PolicyAction::HandOff, frustrated));
        assert_eq!(decided(auto, suppress, false, answered.clone()), (PolicyAction::Suppress, frustrated));
        assert_eq!(decided(manual, queue, true, answered), (PolicyAction::Answer, None));
        assert_eq!(decided(auto, queue, true, Finding::SmallTalk), (PolicyAction::Answer, None), "thanks is no anger");
    }
}
