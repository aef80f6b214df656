//! Many operators take the same conversation over at the same moment: one gets it, the others are told who (H8, I5).

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::calls;
use crate::checker;
use crate::client::Member;
use crate::http::{Connection, Response};
use crate::log::{OpenedConversation, Owner};
use crate::seeded::Seeded;
use crate::setup::Installation;
use crate::stats::Latencies;

/// How long a single step may take.
const STEP_WITHIN: Duration = Duration::from_secs(20);

/// What the races came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) races: usize,
    /// Races in which exactly one call succeeded.
    pub(super) exactly_one: usize,
    /// Calls that did not get the conversation.
    pub(super) losers: usize,
    /// Of those, the ones that were told who did.
    pub(super) losers_told: usize,
    /// Races in which log, inbox row and responses name the same owner.
    pub(super) logs_agree: usize,
    /// From the first call sent to the last.
    pub(super) sent_within: Latencies,
    /// From the first call sent to the last response.
    pub(super) all_told: Latencies,
}

impl Outcome {
    /// Whether every race had one winner whom everybody was told.
    pub(super) fn kept(&self) -> bool {
        self.exactly_one == self.races && self.logs_agree == self.races && self.losers_told == self.losers
    }
}

#[derive(Deserialize)]
struct Refused {
    code: String,
    details: Taken,
}

#[derive(Deserialize)]
struct Taken {
    member_id: String,
}

#[derive(Deserialize)]
struct Sent {
    conversation_id: String,
}

/// Runs the races, one after the other, each with all operators.
///
/// # Errors
/// If a race could not be run.
pub(super) async fn race(installation: &Installation, races: usize, operators: usize, seed: u64) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    if races == 0 {
        return Ok(outcome);
    }
    let mut members = Vec::with_capacity(operators);
    for number in 0..operators {
        members.push(installation.api.invite_operator(&installation.owner, 1_000 + number).await?);
    }
    let address = installation.server.address();
    let mut lines = Vec::with_capacity(operators);
    for _ in &members {
        lines.push(Connection::open(address).await?);
    }
    let mut visitor_calls = Connection::open(address).await?;
    let mut numbers = Seeded::new(seed, u64::MAX);
    for visitor in installation.visitors(races).await? {
        let hello = calls::send_message(&visitor.identity, &installation.agent_id, None, &numbers.client_id(), "hello");
        let sent: Sent = visitor_calls.exchange(&hello, STEP_WITHIN).await?.accepted()?.json()?;
        let first = numbers.below(operators);
        let responses = one_race(&mut lines, &members, &sent.conversation_id, first, &mut outcome).await?;
        let loser = &members[(first + 1) % operators];
        let opened = installation.api.conversation(loser, &sent.conversation_id).await?;
        judge(&responses, &members, &opened, &mut outcome);
    }
    Ok(outcome)
}

/// All operators call at once, beginning with a different one each time; returns the response to each.
async fn one_race(
    lines: &mut [Connection],
    members: &[Member],
    conversation_id: &str,
    first: usize,
    outcome: &mut Outcome,
) -> Result<Vec<Response>> {
    let requests: Vec<_> = members.iter().map(|member| calls::take_over(&member.identity, conversation_id)).collect();
    let started = Instant::now();
    for turn in 0..lines.len() {
        let at = (first + turn) % lines.len();
        lines[at].send(&requests[at]).await?;
    }
    outcome.sent_within.record(started.elapsed());
    let responses = futures::future::try_join_all(lines.iter_mut().map(Connection::response));
    let responses =
        tokio::time::timeout(STEP_WITHIN, responses).await.context("a takeover got no response in time")??;
    outcome.all_told.record(started.elapsed());
    Ok(responses)
}

fn judge(responses: &[Response], members: &[Member], opened: &OpenedConversation, outcome: &mut Outcome) {
    outcome.races += 1;
    let winners: Vec<_> = responses
        .iter()
        .zip(members)
        .filter(|(response, _)| response.status == 200)
        .map(|(_, member)| member)
        .collect();
    outcome.exactly_one += usize::from(winners.len() == 1);
    let Some(winner) = winners.first() else { return };
    let told = |response: &Response| {
        let refused = response.json::<Refused>();
        response.status == 409
            && refused.is_ok_and(|refused| refused.code == "already_taken" && refused.details.member_id == winner.id)
    };
    let losers = responses.iter().filter(|response| response.status != 200);
    outcome.losers += losers.clone().count();
    outcome.losers_told += losers.filter(|response| told(response)).count();
    let owner = Owner::Member(winner.id.clone());
    let log_agrees = checker::takers(&opened.entries) == [winner.id.as_str()]
        && checker::owner(&opened.entries).as_ref() == Some(&owner)
        && checker::gaps(&opened.entries) == 0;
    outcome.logs_agree += usize::from(log_agrees && Owner::from(&opened.summary.owner) == owner);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;
    use crate::log::{Entry, Event, Summary, SummaryOwner};

    fn member(id: &str) -> Member {
        Member { id: id.into(), identity: Identity::nobody() }
    }

    fn won() -> Response {
        Response { status: 200, body: b"{}".to_vec() }
    }

    fn lost(to: &str) -> Response {
        let body = format!(r#"{{"code":"already_taken","message":"","details":{{"member_id":"{to}"}}}}"#);
        Response { status: 409, body: body.into_bytes() }
    }

    fn opened(takers: &[&str], owner: &str) -> OpenedConversation {
        let events = takers.iter().map(|taker| Event::TakenOver { member_id: (*taker).into() });
        let entries = events.zip(1..).map(|(event, seq)| Entry { seq, event }).collect();
        OpenedConversation {
            entries,
            summary: Summary { seq: 1, owner: SummaryOwner::Member { member_id: owner.into() } },
        }
    }

    fn judged(responses: &[Response], opened: &OpenedConversation) -> bool {
        let mut outcome = Outcome::default();
        judge(responses, &[member("a"), member("b"), member("c")], opened, &mut outcome);
        outcome.kept()
    }

    #[test]
    fn h8_one_winner_of_whom_all_are_told() {
        assert!(judged(&[lost("b"), won(), lost("b")], &opened(&["b"], "b")));
    }

    #[test]
    fn h8_every_way_to_fail_is_seen() {
        assert!(!judged(&[won(), won(), lost("b")], &opened(&["b"], "b")), "two winners");
        assert!(!judged(&[lost("b"), lost("b"), lost("b")], &opened(&["b"], "b")), "no winner");
        assert!(!judged(&[lost("a"), won(), lost("b")], &opened(&["b"], "b")), "a loser told the wrong name");
        assert!(!judged(&[lost("b"), won(), lost("b")], &opened(&["b", "c"], "c")), "another owner in the log");
        assert!(!judged(&[lost("b"), won(), lost("b")], &opened(&["b"], "c")), "another owner in the inbox");
        let failed = Response { status: 500, body: b"{}".to_vec() };
        assert!(!judged(&[failed, won(), lost("b")], &opened(&["b"], "b")), "a server error");
    }
}
