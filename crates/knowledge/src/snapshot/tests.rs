use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::document::Document;
use crate::language::Language;
use crate::passage::{Passage, PassageId, document_passages};
use crate::read::{ReadOptions, read};
use crate::snapshot::{BuildOptions, Hit, Snapshot, SnapshotError, SourcePassages, files};

const CORPUS: &str = "
//- refunds.md
# Refunds

We refund purchases within 30 days.

## How long does a refund take?

The money is back on your card in about a week.

## Exceptions

Gift cards are never refunded.
//- password.md
# Reset your password

1. Open the sign-in page.
2. Choose *Forgot password*.
3. Follow the link in the email.

The link works for one hour.
//- team.md
# Invite your team

Owners and admins can invite people. Each person gets an email with a link.

## Roles

An operator answers conversations. An admin also changes settings.
//- api.md
# API keys

Create a key under Settings, Developers. Keys start with `bt_`.

## Rate limits

Each key may send 100 requests a minute. More requests get the status 429.
";

/// Reads a corpus in which `//- name` begins a file.
fn corpus(text: &str) -> Vec<SourcePassages> {
    text.split("//- ")
        .skip(1)
        .map(|file| {
            let (name, content) = file.split_once('\n').expect("a file has a name");
            let options = ReadOptions { file_name: name.to_owned(), ..ReadOptions::default() };
            let documents = read(content.as_bytes(), &options).expect("the file can be read");
            SourcePassages {
                source_id: format!("id-{name}"),
                source_name: name.to_owned(),
                documents: documents.iter().map(|document| document_passages(document, name)).collect(),
            }
        })
        .collect()
}

fn build(sources: &[SourcePassages]) -> (TempDir, PathBuf, Snapshot) {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let dir = scratch.path().join("snapshot");
    Snapshot::build(&dir, sources, &BuildOptions::default()).expect("the snapshot is built");
    let snapshot = Snapshot::open(&dir).expect("the snapshot opens");
    (scratch, dir, snapshot)
}

fn search(snapshot: &Snapshot, query: &str) -> Vec<Hit> {
    snapshot.search(query, None, 10).expect("the disk works").hits
}

#[test]
fn the_right_passage_comes_first() {
    let (_scratch, _, snapshot) = build(&corpus(CORPUS));
    let best = |query: &str| {
        let hits = search(&snapshot, query);
        let hit = hits.first().unwrap_or_else(|| panic!("nothing found for {query:?}"));
        format!(
            "{query} -> {}: {} [{}]",
            hit.source_name,
            hit.passage.heading_path.join(" > "),
            hit.matched_terms.join(" ")
        )
    };
    let found = [
        best("How long until I get my money back?"),
        best("i forgot my passwords"),
        best("can gift cards be refunded"),
        best("inviting a colleague to the team"),
        best("what is the rate limit"),
        best("error 429"),
        best("what may an operator do"),
    ];
    assert_snapshot!(found.join("\n"), @r"
        How long until I get my money back? -> refunds.md: How long does a refund take? [long money back]
        i forgot my passwords -> password.md:  [forgot password]
        can gift cards be refunded -> refunds.md: Exceptions [gift card refund]
        inviting a colleague to the team -> team.md:  [invit team]
        what is the rate limit -> api.md: Rate limits [rate limit]
        error 429 -> api.md: Rate limits [429]
        what may an operator do -> team.md: Roles [oper]
        ");
}

#[test]
fn scores_are_normalised_and_ordered() {
    let (_scratch, _, snapshot) = build(&corpus(CORPUS));
    let hits = search(&snapshot, "how long does a refund take");
    assert!(hits.len() > 1);
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score && pair[0].lexical >= pair[1].lexical));
    assert!(hits.iter().all(|hit| hit.lexical > 0.0 && hit.lexical <= 1.0));
    let off_topic = search(&snapshot, "the capital of Peru is refunded by penguins");
    assert!(off_topic[0].lexical < hits[0].lexical / 2.0, "words that no passage knows weigh against a passage");
}

#[test]
fn terms_and_weights_are_those_of_the_search() {
    let (_scratch, _, snapshot) = build(&corpus(CORPUS));
    let result = snapshot.search("Refunds, refunds and penguins?", None, 10).expect("the disk works");
    let terms: Vec<&str> = result.query_terms.iter().map(|term| term.term.as_str()).collect();
    assert_eq!(terms, ["refund", "penguin"]);
    assert_eq!(snapshot.terms("Refunds, refunds and penguins?"), ["refund", "refund", "penguin"]);
    assert_eq!(result.query_terms[0].passages, 3, "title and headings count");
    assert_eq!(result.query_terms[1].passages, 0);
    for term in &result.query_terms {
        assert_eq!(snapshot.idf(&term.term).expect("the disk works"), term.idf);
    }
    assert!(result.query_terms[1].idf > result.query_terms[0].idf);
    assert!(result.hits.iter().all(|hit| hit.matched_terms == ["refund"]));
}

#[test]
fn a_query_has_no_operators() {
    let (_scratch, _, snapshot) = build(&corpus(CORPUS));
    let plain: Vec<PassageId> = search(&snapshot, "refund card").iter().map(|hit| hit.passage.id.clone()).collect();
    for query in
        ["+refund -card", "refund AND NOT card", "title:refund card^9", "\"refund card\"~", "(refund) [card TO *}"]
    {
        let found: HashSet<PassageId> = search(&snapshot, query).iter().map(|hit| hit.passage.id.clone()).collect();
        assert!(plain.iter().all(|id| found.contains(id)), "{query}");
    }
    for query in ["", "  ", "?!*", "\0", "\u{202e}", "zzz"] {
        assert!(search(&snapshot, query).is_empty(), "{query:?}");
    }
    assert!(snapshot.search("refund", None, 0).expect("the disk works").hits.is_empty());
    let long = snapshot.search(&"refund word1 word2é ".repeat(100_000), None, usize::MAX).expect("the disk works");
    assert!(long.query_terms.len() <= 64);
    let many: String = (0..10_000).map(|n| format!("w{n} ")).collect();
    assert_eq!(snapshot.search(&many, None, 10).expect("the disk works").query_terms.len(), 64);
}

#[test]
fn every_passage_can_be_read_back() {
    let sources = corpus(CORPUS);
    let (_scratch, _, snapshot) = build(&sources);
    let given: Vec<Passage> =
        sources.iter().flat_map(|source| &source.documents).flat_map(|document| document.passages.clone()).collect();
    assert_eq!(snapshot.manifest().passages as usize, given.len());
    assert_eq!((snapshot.manifest().sources, snapshot.manifest().documents), (4, 4));
    assert_eq!(snapshot.manifest().language, Language::English);
    for passage in &given {
        assert_eq!(snapshot.passage(&passage.id).expect("the disk works").as_ref(), Some(passage));
    }
    assert_eq!(snapshot.passage(&PassageId::from_stored("nothing")).expect("the disk works"), None);
    for source in &sources {
        let read_back =
            snapshot.source_passages(&source.source_id).expect("the disk works").expect("the source is there");
        assert_eq!(read_back.documents, source.documents);
    }
    assert!(snapshot.source_passages("other").expect("the disk works").is_none());
    assert_eq!(snapshot.documents()[0].content_hash, sources[0].documents[0].content_hash);
}

#[test]
fn k4_equal_content_has_an_equal_digest() {
    let sources = corpus(CORPUS);
    let (_a, _, first) = build(&sources);
    let (_b, _, second) = build(&sources);
    assert_eq!(first.manifest().content_hash, second.manifest().content_hash);
    let (_c, _, other) = build(&sources[1..]);
    assert_ne!(first.manifest().content_hash, other.manifest().content_hash);
}

#[test]
fn an_empty_snapshot_finds_nothing() {
    let (_scratch, _, snapshot) = build(&[]);
    assert!(search(&snapshot, "refund").is_empty());
    assert_eq!(snapshot.manifest().passages, 0);
    assert!(snapshot.idf("refund").expect("the disk works").is_finite());
}

#[test]
fn other_languages_are_stemmed_by_their_rules() {
    let (_scratch, _, snapshot) = build(&corpus(
        "//- a.md\n# Abonnement kündigen\n\nSie können Ihr Abonnement jederzeit in den Einstellungen kündigen. Die Kündigung gilt zum Ende des Monats.\n//- b.md\n# Rechnungen\n\nAlle Rechnungen finden Sie im Archiv Ihres Kontos, sortiert nach Datum.\n",
    ));
    assert_eq!(snapshot.manifest().language, Language::German);
    assert_eq!(&*search(&snapshot, "Wo ist meine Rechnung?")[0].source_name, "b.md");
    let (_scratch, _, snapshot) = build(&corpus(
        "//- a.md\n# 解約\n\n設定から解約できます。返金はありません。\n//- b.md\n# 支払い\n\nカードで支払うことができます。\n",
    ));
    assert_eq!(&*search(&snapshot, "解約したい")[0].source_name, "a.md");
}

#[test]
fn k4_a_snapshot_is_whole_or_absent() {
    let sources = corpus(CORPUS);
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let dir = scratch.path().join("v1");
    let partial = scratch.path().join("v1.partial");
    fs::create_dir_all(partial.join("index")).expect("a folder a crash left behind");
    fs::write(partial.join("index/junk"), "x").expect("junk");
    assert!(matches!(Snapshot::open(&partial), Err(SnapshotError::Damaged(_))), "a half-written folder is refused");
    Snapshot::build(&dir, &sources, &BuildOptions::default()).expect("the rest of the crash is replaced");
    assert!(!partial.exists());
    assert!(matches!(Snapshot::build(&dir, &sources, &BuildOptions::default()), Err(SnapshotError::Exists)));
    Snapshot::open(&dir).expect("the first one is untouched");
}

#[test]
fn k4_a_failed_build_leaves_nothing_behind() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let mut sources = corpus(CORPUS);
    let passage = sources[0].documents[0].passages[0].clone();
    sources[0].documents[0].passages = vec![passage; crate::snapshot::limits::MAX_PASSAGES + 1];
    let built = Snapshot::build(&scratch.path().join("v1"), &sources, &BuildOptions::default());
    assert!(matches!(built, Err(SnapshotError::TooManyPassages { .. })));
    fs::write(scratch.path().join("file"), "x").expect("a file");
    assert!(Snapshot::build(&scratch.path().join("file/v2"), &corpus(CORPUS), &BuildOptions::default()).is_err());
    let left: Vec<_> =
        fs::read_dir(scratch.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["file"]);
}

#[test]
fn opening_and_searching_writes_nothing() {
    let (_scratch, dir, snapshot) = build(&corpus(CORPUS));
    let before = files::list(&dir).expect("the files are there");
    search(&snapshot, "refund");
    Snapshot::open(&dir).expect("it opens twice");
    assert_eq!(files::list(&dir).expect("the files are there"), before);
}

/// All files of a snapshot folder, relative to it.
fn paths(dir: &Path) -> Vec<PathBuf> {
    let listed = files::list(dir).expect("the files are there").into_iter().map(|file| PathBuf::from(file.path));
    listed.chain([PathBuf::from(files::MANIFEST)]).collect()
}

#[test]
fn any_damage_is_noticed() {
    let (_scratch, dir, _) = build(&corpus(CORPUS));
    for path in paths(&dir) {
        let file = dir.join(&path);
        let whole = fs::read(&file).expect("the file is there");
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for (what, damaged) in [("cut", &whole[..whole.len() / 2]), ("emptied", &[][..]), ("changed", &flipped)] {
            fs::write(&file, damaged).expect("damage");
            let opened = Snapshot::open(&dir);
            assert!(
                matches!(opened, Err(SnapshotError::Damaged(_) | SnapshotError::Version { .. })),
                "{} {what}: {:?}",
                path.display(),
                opened.map(|_| ())
            );
        }
        fs::remove_file(&file).expect("damage");
        assert!(matches!(Snapshot::open(&dir), Err(SnapshotError::Damaged(_))), "{} removed", path.display());
        fs::write(&file, whole).expect("repair");
    }
    Snapshot::open(&dir).expect("repaired");
    fs::write(dir.join("index/extra"), "x").expect("an extra file");
    assert!(matches!(Snapshot::open(&dir), Err(SnapshotError::Damaged(_))));
}

#[test]
fn another_format_version_is_named() {
    let (_scratch, dir, _) = build(&corpus(CORPUS));
    fs::write(dir.join(files::MANIFEST), r#"{"manifest": {"format_version": 7, "new": true}}"#)
        .expect("a newer manifest");
    let message = Snapshot::open(&dir).map(|_| ()).expect_err("a newer folder").to_string();
    assert_eq!(message, "snapshot has format version 7, this program reads 1");
    assert!(matches!(Snapshot::open(&dir.join("nothing")), Err(SnapshotError::Damaged(_))));
}

#[test]
fn a_snapshot_is_shared_between_threads_and_outlives_its_folder() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    let (scratch, _, snapshot) = build(&corpus(CORPUS));
    shared(&snapshot);
    drop(scratch);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let snapshot = snapshot.clone();
            std::thread::spawn(move || search(&snapshot, "refund").len())
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().expect("no panic"), 3);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_and_any_query(texts in proptest::collection::vec("(?s).{1,200}", 1..6), queries in proptest::collection::vec("(?s).{0,80}", 1..20)) {
        let documents: Vec<Document> = texts
            .iter()
            .enumerate()
            .filter_map(|(n, text)| {
                let options = ReadOptions { file_name: format!("{n}.txt"), ..ReadOptions::default() };
                read(text.as_bytes(), &options).ok().map(|mut documents| documents.remove(0))
            })
            .collect();
        let documents = documents.iter().map(|document| document_passages(document, "s")).collect();
        let (_scratch, _, snapshot) = build(&[SourcePassages { source_id: "s".to_owned(), source_name: "S".to_owned(), documents }]);
        for query in queries.iter().chain(&texts) {
            let result = snapshot.search(query, None, 5).expect("the disk works");
            prop_assert!(result.hits.len() <= 5);
            for hit in result.hits {
                prop_assert!((0.0..=1.0).contains(&hit.lexical));
                prop_assert!(!hit.matched_terms.is_empty());
            }
        }
    }
}
