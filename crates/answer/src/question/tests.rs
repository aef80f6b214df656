use crate::question::{Leaning, Question, Turn, Who};

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
fn a2_a_follow_up_is_searched_with_what_it_follows() {
    for asked in ["and on Android?", "how much does it cost?", "why?", "what about the Free plan for schools", "csv?"] {
        let question = follow_up("How do I export my contacts?", asked);
        assert_eq!(question.leaning(), Leaning::Leans, "{asked}");
        assert_eq!(question.search_in_context(), format!("{asked}\n{asked}\nHow do I export my contacts?"));
    }
}

#[test]
fn a2_a_question_that_stands_alone_is_searched_alone() {
    let question = follow_up("How do I export my contacts?", "How do I cancel my yearly subscription?");
    assert_eq!(question.leaning(), Leaning::Alone);
    assert_eq!(question.search_alone(), "How do I cancel my yearly subscription?");
    assert_eq!(Question::new("and on Android?").leaning(), Leaning::Alone);
}

#[test]
fn a2_a_short_whole_question_is_left_to_the_documents() {
    for asked in ["What is confidence?", "How do I change the port?", "is shipping free", "And how do I cancel?"] {
        assert_eq!(follow_up("Can I add PDF files?", asked).leaning(), Leaning::Short, "{asked}");
    }
}
