use crate::question::{Question, Turn, Who};

fn follow_up(previous: &str, asked: &str) -> Question {
    let turn = |who, text: &str| Turn { who, text: text.to_owned() };
    Question {
        burst: vec![asked.to_owned()],
        history: vec![turn(Who::Visitor, previous), turn(Who::Ai, "On the Team plan."), turn(Who::Visitor, "thanks")],
    }
}

#[test]
fn a_burst_is_one_question_without_its_greeting() {
    let question = Question { burst: vec!["hi".into(), "how do I export".into(), " as csv? ".into()], history: vec![] };
    assert_eq!(question.asked(), "how do I export\nas csv?");
    assert_eq!(Question::new("hello").asked(), "hello");
}

#[test]
fn a_follow_up_is_searched_with_what_it_follows() {
    for asked in ["and on Android?", "how much does it cost?", "why?", "what about the Free plan for schools"] {
        let question = follow_up("How do I export my contacts?", asked);
        assert!(question.is_follow_up(), "{asked}");
        assert_eq!(question.search_text(), format!("{asked}\n{asked}\nHow do I export my contacts?"));
    }
}

#[test]
fn a_question_that_stands_alone_is_searched_alone() {
    let question = follow_up("How do I export my contacts?", "How do I cancel my yearly subscription?");
    assert!(!question.is_follow_up());
    assert_eq!(question.search_text(), "How do I cancel my yearly subscription?");
    assert!(!Question::new("and on Android?").is_follow_up());
}
