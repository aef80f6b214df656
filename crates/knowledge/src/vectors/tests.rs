use proptest::prelude::*;

use super::*;

fn unit(values: &[f32]) -> Vec<f32> {
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::EPSILON);
    values.iter().map(|value| value / length).collect()
}

fn written(embeddings: &[Vec<f32>]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.vectors");
    let embedded: Vec<EmbeddedPassage> = embeddings
        .iter()
        .enumerate()
        // The passage with number n has the n first embeddings for its sentences, at most three.
        .map(|(number, whole)| EmbeddedPassage {
            whole: Embedding::of(whole),
            sentences: embeddings.iter().take(number.min(3)).map(|one| Embedding::of(one)).collect(),
        })
        .collect();
    Vectors::write(&path, "test-embedder", "abc", &embedded).unwrap();
    (folder, path)
}

#[test]
fn cosines_are_those_of_the_numbers() {
    let embeddings: Vec<Vec<f32>> = (0..50)
        .map(|row| unit(&(0..384).map(|at| ((row * 31 + at * 17) % 97) as f32 - 48.0).collect::<Vec<_>>()))
        .collect();
    let (_folder, path) = written(&embeddings);
    let vectors = Vectors::open(&path).unwrap();
    assert_eq!((vectors.len(), vectors.embedder(), vectors.content_hash()), (50, "test-embedder", "abc"));
    for question in &embeddings {
        let found = vectors.cosines(question);
        for (row, found) in embeddings.iter().zip(found) {
            let exact: f32 = row.iter().zip(question).map(|(a, b)| a * b).sum();
            assert!((exact - found).abs() < 0.01, "{exact} {found}");
        }
    }
    assert!(vectors.cosines(&[1.0, 0.0]).is_empty(), "of another embedder");
}

#[test]
fn sentences_belong_to_their_passage() {
    let embeddings: Vec<Vec<f32>> = (0..6)
        .map(|row| unit(&(0..384).map(|at| ((row * 31 + at * 17) % 97) as f32 - 48.0).collect::<Vec<_>>()))
        .collect();
    let (_folder, path) = written(&embeddings);
    let vectors = Vectors::open(&path).unwrap();
    let question = &embeddings[1];
    let counts: Vec<usize> = (0..7).map(|number| vectors.sentence_cosines(number, question).len()).collect();
    assert_eq!(counts, [0, 1, 2, 3, 3, 3, 0], "the last is no passage");
    let of_last = vectors.sentence_cosines(5, question);
    assert!((of_last[1] - 1.0).abs() < 0.01, "its second sentence is the question: {of_last:?}");
    assert!(of_last[0] < 0.99 && of_last[2] < 0.99);
    assert!(vectors.sentence_cosines(5, &[1.0, 0.0]).is_empty(), "of another embedder");
}

#[test]
fn k4_damage_is_found_out() {
    let (_folder, path) = written(&[unit(&[1.0, 2.0, 3.0])]);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(Vectors::open(&path).is_err(), "byte {at}");
        fs::write(&path, &whole[..at]).unwrap();
        assert!(Vectors::open(&path).is_err(), "cut at {at}");
    }
}

#[test]
fn a_knowledge_base_without_passages_has_no_embeddings() {
    let (_folder, path) = written(&[]);
    assert!(Vectors::open(&path).unwrap().is_empty());
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.vectors");
        fs::write(&path, &bytes).unwrap();
        prop_assert!(Vectors::open(&path).is_err());
    }
}
