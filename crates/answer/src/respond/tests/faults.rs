//! I10, A4, A6: whatever a provider does, in whatever protocol, the visitor gets what the documents say, in time.

use std::time::Instant;

use async_trait::async_trait;
use baton_scripted_model::RetryAfter;
use futures::future::join_all;
use futures::{StreamExt, stream};

use super::*;
use crate::model::{ChatChunk, ChatModel, ChatRequest, ChatStream, ModelError};

/// Everything that goes wrong, as scripts; none of them leaves an answer that the model wrote.
const FAULTS: &str = "fails:500 fails:429 fails:503 fails:529 fails:401 fails:404 rate-limited:1 rate-limited:60 \
                      rate-limited-until:60 html-page hangs cut-in-character cut-in-json cut-in-event fails-midway filtered \
                      ends-early empty silent never-ends stalls wrong-schema huge-token:10000000 huge-token:20000 bad-utf8 \
                      drip:150ms lies echoes unknown-passages mixed-passages wrong-language says:Yes. says:¯\\_(ツ)_/¯ says:{} \
                      says:[] says:{\"say\":42} says:{\"say\":\"\",\"from\":[1]} says:{\"parts\":[]}";

/// What no document says and nobody may be shown, whichever fault wrote it.
const LIES: [&str; 10] = [
    "Zanzibar",
    "98765",
    "invented.example",
    "teleportation",
    "Saturn",
    "password",
    "[42]",
    "official",
    "erstatten",
    "café",
];

fn ever_shown(turned: &Turned) -> String {
    let pieces = turned.progress.iter().filter_map(|step| match step {
        Progress::Delta { text, .. } => Some(text.as_str()),
        Progress::Searching | Progress::Reading { .. } | Progress::Writing | Progress::Restart => None,
    });
    pieces.collect()
}

#[tokio::test]
async fn i10_a6_every_fault_of_every_provider_ends_in_an_honest_answer_within_the_deadline() {
    let mut setting = Setting::new();
    setting.ctx.settings.deadlines = Deadlines { first_text_ms: 1_000, between_texts_ms: 400, total_ms: 1_500 };
    let faults = FAULTS.split(' ').map(|fault| (fault, fault.parse::<Script>().expect("a script")));
    let cases: Vec<_> =
        faults.flat_map(|(name, script)| Protocol::ALL.map(|protocol| (name, script.clone(), protocol))).collect();
    assert_eq!(cases.len(), 38 * 4);
    // A few at a time, so that the deadlines measure the provider and not this machine.
    for some in cases.chunks(16) {
        join_all(some.iter().map(async |(name, script, protocol)| {
            let setting = Setting { _folder: setting._folder.clone(), ctx: setting.ctx.clone(), server: None };
            let setting = setting.model(*protocol, script.clone()).await;
            let started = Instant::now();
            let turned = setting.ask(Question::new(ASKED)).await;
            assert!(started.elapsed() < Duration::from_secs(20), "{protocol:?} {name}: {:?}", started.elapsed());
            assert_eq!(turned.shown, EXTRACT, "{protocol:?} {name}");
            let origin = &turned.response.origin;
            assert!(matches!(origin, Origin::FallbackExtractive { .. }), "{protocol:?} {name}: {origin:?}");
            for lie in LIES {
                assert!(!ever_shown(&turned).contains(lie), "{protocol:?} {name}: {lie}");
            }
        }))
        .await;
    }
}

#[tokio::test]
async fn a_reply_that_is_well_is_shown_in_every_protocol_and_form() {
    let said = "You can ask for a refund within 30 days of your purchase.";
    for script in
        ["grounded", "plain", "ends-twice", "counts-nothing", "slow:40:1ms", "wrong-passages", "foreign-links"]
    {
        for protocol in Protocol::ALL {
            let turned =
                Setting::speaking(protocol, script.parse().expect("a script")).await.ask(Question::new(ASKED)).await;
            assert_eq!(turned.response.origin, Origin::Model { name: "scripted".to_owned() }, "{protocol:?} {script}");
            assert!(turned.shown.starts_with(said), "{protocol:?} {script}: {}", turned.shown);
            assert!(!ever_shown(&turned).contains("invented"), "{protocol:?} {script}");
            assert_eq!(turned.response.usage.estimated, script == "counts-nothing", "{protocol:?} {script}");
            assert!(turned.response.usage.input_tokens > 100 && turned.response.usage.output_tokens > 0);
        }
    }
}

#[tokio::test]
async fn g_s14_a_part_that_names_a_passage_which_was_not_given_is_dropped_though_it_is_true() {
    let truth = "{\"say\": \"You can ask for a refund within 30 days of your purchase.\", \"from\": [1]}\n\
                 {\"say\": \"Gift cards cannot be refunded.\", \"from\": [42]}";
    let turned = Setting::with(Script::Says(truth.to_owned())).await.ask(Question::new(ASKED)).await;
    assert_eq!(turned.shown, "You can ask for a refund within 30 days of your purchase. [1]");
    let inline = truth.replace("refunded.\", \"from\": [42]", "refunded [42].\", \"from\": [1]");
    let turned = Setting::with(Script::Says(inline)).await.ask(Question::new(ASKED)).await;
    assert_eq!(turned.shown, "You can ask for a refund within 30 days of your purchase. [1]");
}

#[tokio::test]
async fn the_first_part_is_shown_before_the_second_is_written() {
    let turned = Setting::with(Script::Slow { pieces: 40, pause: Duration::from_millis(1) })
        .await
        .ask(Question::new(ASKED))
        .await;
    let deltas = turned.progress.iter().filter(|step| matches!(step, Progress::Delta { .. })).count();
    assert!(deltas >= 2, "{:?}", turned.progress);
}

#[tokio::test]
async fn parts_are_laid_out_as_sentences_items_and_code() {
    let files = [
        "# Start\n\nInstall Baton with the installer. Then do the following:\n\n- Open the settings page.\n- Choose a colour.\n\nRun this in a shell:\n\n```sh\nbaton serve --listen 127.0.0.1:9000\n```\n\nThe server then listens on port 9000.\n",
    ];
    let reply = [
        "Install Baton with the installer.",
        "Then do the following:",
        "- Open the settings page.",
        "- Choose a colour.",
        "Run this in a shell:",
        "```sh\nbaton serve --listen 127.0.0.1:9000\n```",
        "The server then listens on port 9000.",
    ]
    .map(|say| serde_json::json!({ "say": say, "from": [1] }).to_string());
    let setting = Setting::of(&files).model(Protocol::OpenAi, Script::Says(reply.join("\n"))).await;
    let turned = setting.ask(Question::new("How do I install Baton with the installer and listen on port 9000?")).await;
    assert_eq!(
        turned.shown,
        "Install Baton with the installer. [1] Then do the following: [1]\n\n- Open the settings page. [1]\n- Choose a colour. [1]\n\n\
         Run this in a shell: [1]\n\n```\nbaton serve --listen 127.0.0.1:9000\n```\n\nThe server then listens on port 9000. [1]"
    );
}

/// Says these words, and never that it is done.
#[derive(Debug)]
struct Endless(&'static str);

#[async_trait]
impl ChatModel for Endless {
    fn name(&self) -> &str {
        "endless"
    }

    async fn stream(&self, _request: ChatRequest) -> Result<ChatStream, ModelError> {
        let words = stream::iter([Ok(ChatChunk::Text(self.0.to_owned()))]);
        Ok(words.chain(stream::pending()).boxed())
    }
}

#[tokio::test]
async fn a_refusal_does_not_wait_for_a_reply_that_never_ends() {
    let mut setting = Setting::new();
    setting.ctx.model = Some(Arc::new(Endless("{\"refuse\": true}\n")));
    let started = Instant::now();
    let turned = setting.ask(Question::new(ASKED)).await;
    assert!(matches!(turned.response.outcome, Outcome::Abstain { .. }));
    assert_eq!(turned.response.origin, Origin::Model { name: "endless".to_owned() });
    assert!(turned.response.usage.estimated, "what it cost was not told");
    assert!(started.elapsed() < Duration::from_secs(10), "the deadline is at twenty: {:?}", started.elapsed());
}

#[tokio::test]
async fn what_a_failed_reply_cost_is_counted_and_a_limit_that_passes_is_waited_for() {
    let turned = Setting::with(Script::Lies).await.ask(Question::new(ASKED)).await;
    assert!(turned.response.usage.output_tokens > 20, "words that were thrown away cost the same");
    let limited = Script::RateLimited { after: RetryAfter::Seconds(0), once: true };
    let turned = Setting::with(limited).await.ask(Question::new(ASKED)).await;
    assert_eq!(turned.response.origin, Origin::Model { name: "scripted".to_owned() });
    assert_ne!(turned.response.usage, Usage::default());
}
