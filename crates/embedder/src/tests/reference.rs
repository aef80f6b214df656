//! The real model against vectors computed in double precision by another program.

use serde::Deserialize;

use crate::kernels::Engine;
use crate::tests::model;
use crate::{Embedding, MiniLm};

#[derive(Deserialize)]
struct Reference {
    text: String,
    tokens: usize,
    vector: Box<[f32]>,
}

fn references() -> Vec<Reference> {
    serde_json::from_str(include_str!("reference.json")).unwrap()
}

#[test]
fn gives_the_reference_vectors() {
    let Some(model) = model() else { return };
    for reference in references() {
        assert_eq!(model.count_tokens(&reference.text), reference.tokens, "{:?}", reference.text);
        let cosine = model.embed_query(&reference.text).cosine(&Embedding::new(reference.vector));
        assert!(cosine > 0.999, "{cosine} for {:?}", reference.text);
    }
}

#[test]
fn gives_the_published_similarities() {
    let Some(model) = model() else { return };
    let sentences =
        ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"];
    let vectors = model.embed(&sentences);
    for (vector, expected) in vectors[1..].iter().zip([0.6946, 0.9429, 0.2569]) {
        let cosine = vectors[0].cosine(vector);
        assert!((cosine - expected).abs() < 0.005, "{cosine} instead of {expected}");
    }
}

#[test]
fn does_not_depend_on_the_machine_or_the_company() {
    let Some(mut model) = model() else { return };
    let references = references();
    let texts: Vec<_> = references.iter().map(|reference| reference.text.as_str()).collect();
    let together = model.embed(&texts);
    for engine in Engine::available() {
        model.set_engine(engine);
        let alone: Vec<_> = texts.iter().map(|text| model.embed_query(text)).collect();
        assert_eq!(alone, together, "{engine:?}");
    }
}

#[test]
fn is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<MiniLm>();
    let Some(model) = model() else { return };
    let expected = model.embed_query("one for all");
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..4).map(|_| scope.spawn(|| model.embed_query("one for all"))).collect();
        for answer in asked {
            assert_eq!(answer.join().unwrap(), expected);
        }
    });
}

#[test]
fn cuts_what_the_model_was_not_trained_on() {
    let Some(model) = model() else { return };
    let long = "refund ".repeat(10_000);
    assert_eq!(model.count_tokens(&long), model.tokens_max());
    let cut = "refund ".repeat(model.tokens_max() - 2);
    assert_eq!(model.embed_query(&long), model.embed_query(&cut));
}
