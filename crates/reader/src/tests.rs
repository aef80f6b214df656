//! Children that fail in every way, played by a shell.

use std::path::PathBuf;
use std::time::Duration;

use baton_app::{DocumentReader as _, ReadFailure, ReadRequest};
use baton_knowledge::ReadOptions;

use crate::children::{ChildReader, Settings};
use crate::failure::Ending;
use crate::in_process::InProcessReader;
use crate::{frame, limits};

fn shell(script: &str) -> ChildReader {
    ChildReader::new(Settings {
        program: PathBuf::from("/bin/sh"),
        arguments: vec!["-c".to_owned(), script.to_owned()],
        children: 1,
        time: Duration::from_millis(300),
        idle: Duration::from_millis(50),
    })
}

fn request(name: &str) -> ReadRequest {
    ReadRequest {
        source_id: "source".to_owned(),
        options: ReadOptions { file_name: name.to_owned(), ..ReadOptions::default() },
        page: None,
    }
}

async fn cause_of(script: &str) -> String {
    match shell(script).read(b"text".to_vec(), request("a.txt")).await {
        Err(ReadFailure::Source(error)) => error.cause,
        other => panic!("{script}: {other:?}"),
    }
}

#[tokio::test]
async fn t43_how_a_child_ends_is_told_to_the_owner_of_the_file() {
    assert!(cause_of("exec /bin/sleep 600").await.contains("longer than"));
    assert!(cause_of("while :; do :; done").await.contains("longer than"), "an endless loop");
    assert!(cause_of("echo 'memory allocation of 9 bytes failed' >&2; exit 134").await.contains("memory"));
    assert!(cause_of("echo 'thread has overflowed its stack' >&2; exit 134").await.contains("nested"));
    for script in [
        "exit 0",
        "exit 1",
        "kill -9 $$",
        "echo no frame at all",
        "printf '\\377\\377\\377\\377'",
        "printf '\\0\\0\\0\\2{}'",
    ] {
        assert_eq!(cause_of(script).await, "The file could not be read.", "{script}");
    }
}

#[tokio::test]
async fn t43_a_child_that_writes_without_end_is_not_waited_for() {
    let cause = cause_of("while :; do echo 'a line of no use to anybody at all' >&2; done").await;
    assert!(cause.contains("longer than"), "{cause}");
}

#[tokio::test]
async fn t43_a_child_knows_nothing_of_the_server() {
    let cause =
        cause_of("[ -z \"$HOME$CARGO_MANIFEST_DIR\" ] && [ \"$PWD\" = / ] && echo 'memory allocation' >&2").await;
    assert!(cause.contains("memory"), "the script says so if it has no environment and no folder: {cause}");
}

#[tokio::test]
async fn k2_without_a_program_the_file_is_not_to_blame() {
    let settings = Settings { program: PathBuf::from("/nowhere/baton"), ..Settings::of_this_program() };
    let read = ChildReader::new(settings).read(b"text".to_vec(), request("a.txt")).await;
    assert!(matches!(read, Err(ReadFailure::Unavailable(_))), "{read:?}");
}

#[tokio::test]
async fn k1_formats_meet_in_one_place() {
    for (name, bytes, format) in [
        ("a.md", &b"# Returns\n\nThirty days.\n"[..], "markdown"),
        ("a.html", b"<main><p>Thirty days.</p></main>", "html"),
        ("a.txt", b"Thirty days.", "text"),
        ("a.csv", b"question,answer\nHow long?,Thirty days.\n", "csv"),
    ] {
        let read = InProcessReader.read(bytes.to_vec(), request(name)).await.expect(name);
        assert_eq!(read.format.as_str(), format);
    }
    let failed = InProcessReader.read(b"%PDF-1.7 and no more".to_vec(), request("a.pdf")).await;
    let Err(ReadFailure::Source(error)) = failed else { panic!("{failed:?}") };
    assert_eq!(error.cause, "The PDF is damaged and cannot be read.");
}

#[test]
fn messages_are_as_long_as_they_say() {
    let mut sent = Vec::new();
    frame::write(&mut sent, b"one").unwrap();
    frame::write(&mut sent, b"").unwrap();
    let mut from = sent.as_slice();
    assert_eq!(frame::read(&mut from, 3).unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(frame::read(&mut from, 3).unwrap().as_deref(), Some(&b""[..]));
    assert_eq!(frame::read(&mut from, 3).unwrap(), None);
    assert!(frame::read(&mut sent.as_slice(), 2).is_err(), "longer than allowed");
    assert!(frame::read(&mut &sent[..5], 3).is_err(), "cut off");
}

#[test]
fn larger_files_have_more_time() {
    assert_eq!(limits::time_for(limits::TIME, 0), Duration::from_secs(10));
    assert_eq!(limits::time_for(limits::TIME, 20 * 1024 * 1000), Duration::from_secs(30));
    assert!(Ending::Time(limits::TIME).error().cause.contains("10 seconds"));
}
