use uuid::Uuid;

use crate::golden::{
    Expectation, GoldenQuestion, GoldenResult, GoldenSummary, Named, Observed, RankedDocument, ReadAs,
};
use crate::ids::{AgentId, GoldenQuestionId, SourceId};
use crate::time::Timestamp;

fn page(title: &str, url: Option<&str>) -> Expectation {
    let url = url.map(str::to_owned);
    Expectation::Document { source_id: None, document_key: None, url, title: Some(title.into()) }
}

fn question(number: u128, expect: Expectation) -> GoldenQuestion {
    GoldenQuestion {
        id: GoldenQuestionId(Uuid::from_u128(number)),
        agent_id: AgentId(Uuid::nil()),
        question: format!("Question {number}?"),
        expect,
        created_at: Timestamp(0),
        changed_at: Timestamp(0),
    }
}

fn observed(place: Option<u32>, is_cited: bool) -> Observed {
    let named = |title: &str| RankedDocument {
        source_id: "s".into(),
        document_key: title.to_lowercase(),
        title: title.into(),
        url: None,
    };
    Observed {
        read_as: ReadAs::Question,
        raw_confidence: 0.6,
        is_supported: true,
        documents: vec![named("Refunds"), named("Plans")],
        has_expected: true,
        place,
        is_cited,
    }
}

fn judged(expect: Expectation, observed: Observed, confidence: f64) -> GoldenResult {
    GoldenResult::judge(&question(1, expect), observed, confidence, 0.5)
}

#[test]
fn k7_a_question_passes_when_its_page_answers() {
    let result = judged(page("Refunds", None), observed(Some(1), true), 0.6);
    assert_eq!((result.passed, result.would_answer, result.why), (true, true, None));
    assert!(judged(page("Plans", None), observed(Some(2), true), 0.6).passed, "cited beside another page");
}

#[test]
fn k7_a_failure_says_why_in_words() {
    let expect = page("Plans", None);
    for (observed, confidence, why) in [
        (observed(Some(1), true), 0.41, "Found, but below the threshold: 0.41 < 0.50."),
        (observed(Some(3), false), 0.9, "The expected page is third; “Refunds” is first."),
        (observed(None, false), 0.9, "The expected page was not found; “Refunds” was."),
        (Observed { has_expected: false, ..observed(None, false) }, 0.9, "The expected page is not in the docs."),
        (Observed { is_supported: false, ..observed(Some(1), true) }, 0.9, "Found, but no sentence of it answers."),
        (Observed { documents: Vec::new(), ..observed(None, false) }, 0.0, "Nothing was found."),
        (
            Observed { read_as: ReadAs::SmallTalk, ..observed(None, false) },
            0.0,
            "Taken for small talk, not for a question.",
        ),
    ] {
        let result = judged(expect.clone(), observed, confidence);
        assert_eq!((result.passed, result.why.as_deref()), (false, Some(why)));
    }
    let answered = judged(Expectation::HandOff, observed(Some(1), true), 0.7);
    assert_eq!(answered.why.as_deref(), Some("Answered from “Refunds” at 0.70, although it must hand off."));
    assert!(judged(Expectation::HandOff, observed(None, false), 0.2).passed);
    let asks = Observed { read_as: ReadAs::AskForPerson, ..observed(None, false) };
    assert!(judged(Expectation::HandOff, asks, 0.9).passed, "a person comes");
}

#[test]
fn k7_the_same_find_is_judged_again_under_another_threshold() {
    let result = judged(page("Refunds", None), observed(Some(1), true), 0.6);
    assert!(!result.again(0.6, 0.8).passed);
    assert_eq!(result.again(0.6, 0.8).again(0.6, 0.5), result);
}

#[test]
fn k7_a_page_is_known_by_its_key_then_its_address_then_its_title_or_file() {
    let id = SourceId(Uuid::from_u128(7));
    let source = id.to_string();
    let named = |source_id, source_name, key, title, url| Named { source_id, source_name, key, title, url };
    let documents = [
        named(source.as_str(), "refunds.md", "refunds", "Refunds", Some("https://a.example/refunds/")),
        named("other", "Help", "refunds", "Refunds", Some("https://a.example/other")),
        named("other", "Help", "plans", "Plans", None),
    ];
    let keys = |expect: &Expectation| {
        expect
            .among(&documents)
            .iter()
            .map(|named| (named.source_id.to_owned(), named.key.to_owned()))
            .collect::<Vec<_>>()
    };
    let all = |source_id, url: Option<&str>, title: &str| Expectation::Document {
        source_id,
        document_key: Some("refunds".into()),
        url: url.map(str::to_owned),
        title: Some(title.into()),
    };
    assert_eq!(keys(&all(Some(id), None, "Refunds")), [(source.clone(), "refunds".into())], "not its namesake");
    let gone = Some(SourceId(Uuid::from_u128(8)));
    let url = Some("http://a.example/refunds#top");
    assert_eq!(keys(&all(gone, url, "Plans")), [(source.clone(), "refunds".into())], "added anew: its address");
    assert_eq!(keys(&all(gone, None, " plans ")), [("other".into(), "plans".into())], "then its title");
    assert_eq!(keys(&page("refunds.md", None)), [(source.clone(), "refunds".into())], "or its file");
    assert_eq!(keys(&page("Nothing", None)), []);
    assert!(all(Some(id), None, "").among(&documents).len() == 1 && !all(Some(id), None, "").names_nothing());
    assert!(page(" ", None).names_nothing() && !Expectation::HandOff.names_nothing());
}

#[test]
fn k7_better_and_worse_are_told_of_the_questions_that_stayed_the_same() {
    let result = |number, passes| {
        let question = question(number, page("Refunds", None));
        GoldenResult::judge(&question, observed(Some(if passes { 1 } else { 2 }), passes), 0.6, 0.5)
    };
    let before = [result(1, true), result(2, false), result(3, true), result(4, true)];
    let mut changed = result(4, false);
    changed.expect = page("Plans", None);
    let now = [result(1, false), result(2, true), result(3, true), changed, result(5, false)];
    let summary = GoldenSummary::of(&now, &before, Timestamp(9));
    let ids = |changes: &[crate::golden::GoldenChange]| {
        changes.iter().map(|change| change.question_id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!((summary.passed, summary.total), (2, 5));
    assert_eq!((ids(&summary.better), ids(&summary.worse)), (vec![2], vec![1]), "a new question is no change");
    assert!(summary.worse[0].why.as_deref().is_some_and(|why| why.contains("second")));
}

#[test]
fn a8_what_the_confidence_cannot_know_is_no_outcome() {
    assert_eq!(judged(page("Refunds", None), observed(Some(1), false), 0.6).was_right(), Some(true));
    assert_eq!(judged(page("Refunds", None), observed(Some(7), false), 0.6).was_right(), Some(false));
    assert_eq!(judged(Expectation::HandOff, observed(Some(1), true), 0.6).was_right(), Some(false));
    let lost = Observed { has_expected: false, ..observed(None, false) };
    assert_eq!(judged(page("Refunds", None), lost, 0.6).was_right(), None);
    let talk = Observed { read_as: ReadAs::SmallTalk, raw_confidence: 0.0, ..observed(None, false) };
    assert_eq!(judged(Expectation::HandOff, talk, 0.0).was_right(), None);
}
