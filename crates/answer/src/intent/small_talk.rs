//! Small talk: texts that are nothing but courtesy, and what is said in reply.

use serde::{Deserialize, Serialize};

use crate::intent::words::Words;

/// Kinds of small talk, each with its own reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmallTalk {
    /// "hi there", "good morning", "how are you".
    Greeting,
    /// "thank you so much".
    Thanks,
    /// "bye", "have a nice day".
    Goodbye,
    /// "ok", "got it", "great", a thumbs-up.
    Acknowledgement,
    /// "are you a bot?", "who are you?": answered truthfully and never by the documents.
    Identity,
}

/// Languages in which small talk is understood and answered; any other is answered in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tongue {
    English,
    German,
    French,
    Spanish,
    Italian,
    Portuguese,
    Dutch,
}

use SmallTalk::{Acknowledgement, Goodbye, Greeting, Identity, Thanks};
use Tongue::{Dutch, English, French, German, Italian, Portuguese, Spanish};

/// Small talk is short; a longer text says something.
const WORDS_MAX: usize = 14;

/// Phrases that carry small talk, longest match first at each place.
const PHRASES: &[(&str, SmallTalk, Tongue)] = &[
    ("hi", Greeting, English),
    ("hello", Greeting, English),
    ("helo", Greeting, English),
    ("hey", Greeting, English),
    ("heya", Greeting, English),
    ("hiya", Greeting, English),
    ("heyy", Greeting, English),
    ("hii", Greeting, English),
    ("yo", Greeting, English),
    ("howdy", Greeting, English),
    ("greetings", Greeting, English),
    ("good morning", Greeting, English),
    ("good afternoon", Greeting, English),
    ("good evening", Greeting, English),
    ("good day", Greeting, English),
    ("morning", Greeting, English),
    ("evening", Greeting, English),
    ("how are you", Greeting, English),
    ("how are you doing", Greeting, English),
    ("how is it going", Greeting, English),
    ("hows it going", Greeting, English),
    ("whats up", Greeting, English),
    ("what is up", Greeting, English),
    ("sup", Greeting, English),
    ("nice to meet you", Greeting, English),
    ("anyone there", Greeting, English),
    ("anybody there", Greeting, English),
    ("is anyone there", Greeting, English),
    ("is anybody there", Greeting, English),
    ("are you there", Greeting, English),
    ("you there", Greeting, English),
    ("thanks", Thanks, English),
    ("thank you", Thanks, English),
    ("thankyou", Thanks, English),
    ("thank u", Thanks, English),
    ("thx", Thanks, English),
    ("thnx", Thanks, English),
    ("tnx", Thanks, English),
    ("thks", Thanks, English),
    ("ty", Thanks, English),
    ("tysm", Thanks, English),
    ("cheers", Thanks, English),
    ("much appreciated", Thanks, English),
    ("i appreciate it", Thanks, English),
    ("appreciate it", Thanks, English),
    ("appreciated", Thanks, English),
    ("many thanks", Thanks, English),
    ("no thanks", Thanks, English),
    ("no thank you", Thanks, English),
    ("thanks anyway", Thanks, English),
    ("bye", Goodbye, English),
    ("bye bye", Goodbye, English),
    ("byebye", Goodbye, English),
    ("goodbye", Goodbye, English),
    ("good bye", Goodbye, English),
    ("good night", Goodbye, English),
    ("see you", Goodbye, English),
    ("see ya", Goodbye, English),
    ("cya", Goodbye, English),
    ("take care", Goodbye, English),
    ("have a nice day", Goodbye, English),
    ("have a good day", Goodbye, English),
    ("have a great day", Goodbye, English),
    ("have a good one", Goodbye, English),
    ("have a nice weekend", Goodbye, English),
    ("that is all", Goodbye, English),
    ("thats all", Goodbye, English),
    ("that will be all", Goodbye, English),
    ("nothing else", Goodbye, English),
    ("ok", Acknowledgement, English),
    ("okay", Acknowledgement, English),
    ("okey", Acknowledgement, English),
    ("okie", Acknowledgement, English),
    ("k", Acknowledgement, English),
    ("kk", Acknowledgement, English),
    ("alright", Acknowledgement, English),
    ("all right", Acknowledgement, English),
    ("great", Acknowledgement, English),
    ("perfect", Acknowledgement, English),
    ("awesome", Acknowledgement, English),
    ("cool", Acknowledgement, English),
    ("nice", Acknowledgement, English),
    ("excellent", Acknowledgement, English),
    ("wonderful", Acknowledgement, English),
    ("brilliant", Acknowledgement, English),
    ("amazing", Acknowledgement, English),
    ("fantastic", Acknowledgement, English),
    ("good", Acknowledgement, English),
    ("very good", Acknowledgement, English),
    ("sounds good", Acknowledgement, English),
    ("got it", Acknowledgement, English),
    ("gotcha", Acknowledgement, English),
    ("i see", Acknowledgement, English),
    ("understood", Acknowledgement, English),
    ("i understand", Acknowledgement, English),
    ("makes sense", Acknowledgement, English),
    ("that makes sense", Acknowledgement, English),
    ("that works", Acknowledgement, English),
    ("it works", Acknowledgement, English),
    ("it worked", Acknowledgement, English),
    ("that worked", Acknowledgement, English),
    ("that helps", Acknowledgement, English),
    ("that helped", Acknowledgement, English),
    ("very helpful", Acknowledgement, English),
    ("you rock", Acknowledgement, English),
    ("you are the best", Acknowledgement, English),
    ("youre the best", Acknowledgement, English),
    ("yes", Acknowledgement, English),
    ("yep", Acknowledgement, English),
    ("yeah", Acknowledgement, English),
    ("yup", Acknowledgement, English),
    ("sure", Acknowledgement, English),
    ("no", Acknowledgement, English),
    ("nope", Acknowledgement, English),
    ("fine", Acknowledgement, English),
    ("right", Acknowledgement, English),
    ("never mind", Acknowledgement, English),
    ("nevermind", Acknowledgement, English),
    ("no problem", Acknowledgement, English),
    ("np", Acknowledgement, English),
    ("no worries", Acknowledgement, English),
    ("will do", Acknowledgement, English),
    ("lol", Acknowledgement, English),
    ("haha", Acknowledgement, English),
    ("wow", Acknowledgement, English),
    ("sorry", Acknowledgement, English),
    ("i will try", Acknowledgement, English),
    ("i will try that", Acknowledgement, English),
    ("ill try that", Acknowledgement, English),
    ("let me try", Acknowledgement, English),
    ("let me try that", Acknowledgement, English),
    ("who are you", Identity, English),
    ("what are you", Identity, English),
    ("whats your name", Identity, English),
    ("what is your name", Identity, English),
    ("are you a bot", Identity, English),
    ("are you a robot", Identity, English),
    ("are you a chatbot", Identity, English),
    ("are you an ai", Identity, English),
    ("are you ai", Identity, English),
    ("are you human", Identity, English),
    ("are you a human", Identity, English),
    ("are you real", Identity, English),
    ("are you a person", Identity, English),
    ("are you a real person", Identity, English),
    ("are you a machine", Identity, English),
    ("are you a computer", Identity, English),
    ("is this a bot", Identity, English),
    ("is this a robot", Identity, English),
    ("is this a real person", Identity, English),
    ("is this a person", Identity, English),
    ("is this a human", Identity, English),
    ("is this ai", Identity, English),
    ("is this an ai", Identity, English),
    ("am i talking to a bot", Identity, English),
    ("am i talking to a robot", Identity, English),
    ("am i talking to a human", Identity, English),
    ("am i talking to a person", Identity, English),
    ("am i talking to a real person", Identity, English),
    ("am i talking to a machine", Identity, English),
    ("am i chatting with a bot", Identity, English),
    ("am i chatting with a real person", Identity, English),
    ("am i speaking to a real person", Identity, English),
    ("am i speaking with a real person", Identity, English),
    ("or a human", Identity, English),
    ("or a real person", Identity, English),
    ("or a person", Identity, English),
    ("or a bot", Identity, English),
    ("or a robot", Identity, English),
    ("or human", Identity, English),
    ("what can you do", Identity, English),
    ("hallo", Greeting, German),
    ("guten tag", Greeting, German),
    ("guten morgen", Greeting, German),
    ("guten abend", Greeting, German),
    ("moin", Greeting, German),
    ("servus", Greeting, German),
    ("grüß gott", Greeting, German),
    ("wie gehts", Greeting, German),
    ("danke", Thanks, German),
    ("vielen dank", Thanks, German),
    ("danke schön", Thanks, German),
    ("dankeschön", Thanks, German),
    ("besten dank", Thanks, German),
    ("herzlichen dank", Thanks, German),
    ("danke sehr", Thanks, German),
    ("tschüss", Goodbye, German),
    ("tschüß", Goodbye, German),
    ("auf wiedersehen", Goodbye, German),
    ("schönen tag noch", Goodbye, German),
    ("super", Acknowledgement, German),
    ("alles klar", Acknowledgement, German),
    ("prima", Acknowledgement, German),
    ("verstanden", Acknowledgement, German),
    ("gut", Acknowledgement, German),
    ("ja", Acknowledgement, German),
    ("nein", Acknowledgement, German),
    ("bist du ein bot", Identity, German),
    ("wer bist du", Identity, German),
    ("bist du ein mensch", Identity, German),
    ("bonjour", Greeting, French),
    ("bonsoir", Greeting, French),
    ("salut", Greeting, French),
    ("coucou", Greeting, French),
    ("merci", Thanks, French),
    ("merci beaucoup", Thanks, French),
    ("merci bien", Thanks, French),
    ("au revoir", Goodbye, French),
    ("bonne journée", Goodbye, French),
    ("à bientôt", Goodbye, French),
    ("daccord", Acknowledgement, French),
    ("parfait", Acknowledgement, French),
    ("très bien", Acknowledgement, French),
    ("oui", Acknowledgement, French),
    ("non", Acknowledgement, French),
    ("qui êtes vous", Identity, French),
    ("êtes vous un robot", Identity, French),
    ("es tu un robot", Identity, French),
    ("hola", Greeting, Spanish),
    ("buenos días", Greeting, Spanish),
    ("buenos dias", Greeting, Spanish),
    ("buenas tardes", Greeting, Spanish),
    ("buenas noches", Greeting, Spanish),
    ("buenas", Greeting, Spanish),
    ("qué tal", Greeting, Spanish),
    ("gracias", Thanks, Spanish),
    ("muchas gracias", Thanks, Spanish),
    ("mil gracias", Thanks, Spanish),
    ("adiós", Goodbye, Spanish),
    ("adios", Goodbye, Spanish),
    ("hasta luego", Goodbye, Spanish),
    ("vale", Acknowledgement, Spanish),
    ("perfecto", Acknowledgement, Spanish),
    ("de acuerdo", Acknowledgement, Spanish),
    ("entendido", Acknowledgement, Spanish),
    ("sí", Acknowledgement, Spanish),
    ("si", Acknowledgement, Spanish),
    ("eres un robot", Identity, Spanish),
    ("quién eres", Identity, Spanish),
    ("ciao", Greeting, Italian),
    ("buongiorno", Greeting, Italian),
    ("buonasera", Greeting, Italian),
    ("salve", Greeting, Italian),
    ("grazie", Thanks, Italian),
    ("grazie mille", Thanks, Italian),
    ("arrivederci", Goodbye, Italian),
    ("va bene", Acknowledgement, Italian),
    ("perfetto", Acknowledgement, Italian),
    ("capito", Acknowledgement, Italian),
    ("olá", Greeting, Portuguese),
    ("oi", Greeting, Portuguese),
    ("bom dia", Greeting, Portuguese),
    ("boa tarde", Greeting, Portuguese),
    ("boa noite", Greeting, Portuguese),
    ("obrigado", Thanks, Portuguese),
    ("obrigada", Thanks, Portuguese),
    ("muito obrigado", Thanks, Portuguese),
    ("muito obrigada", Thanks, Portuguese),
    ("tchau", Goodbye, Portuguese),
    ("entendi", Acknowledgement, Portuguese),
    ("perfeito", Acknowledgement, Portuguese),
    ("goedemorgen", Greeting, Dutch),
    ("goedemiddag", Greeting, Dutch),
    ("goedenavond", Greeting, Dutch),
    ("hoi", Greeting, Dutch),
    ("dank je", Thanks, Dutch),
    ("dank je wel", Thanks, Dutch),
    ("dank u", Thanks, Dutch),
    ("dank u wel", Thanks, Dutch),
    ("bedankt", Thanks, Dutch),
    ("tot ziens", Goodbye, Dutch),
    ("doei", Goodbye, Dutch),
    ("oké", Acknowledgement, Dutch),
    ("begrepen", Acknowledgement, Dutch),
];

/// Words that may stand between the phrases without adding a question.
const FILLERS: &[&str] = &[
    "there",
    "all",
    "everyone",
    "everybody",
    "team",
    "again",
    "so",
    "very",
    "much",
    "a",
    "lot",
    "bunch",
    "for",
    "the",
    "your",
    "you",
    "help",
    "helping",
    "me",
    "my",
    "friend",
    "sir",
    "madam",
    "mate",
    "man",
    "guys",
    "folks",
    "and",
    "too",
    "then",
    "now",
    "oh",
    "ah",
    "well",
    "really",
    "just",
    "that",
    "this",
    "it",
    "is",
    "was",
    "support",
    "assistance",
    "quick",
    "reply",
    "answer",
    "info",
    "information",
    "today",
    "to",
    "have",
    "bot",
    "dear",
    "just",
    "actually",
    "no",
    "que",
    "e",
    "y",
    "et",
    "und",
    "für",
    "die",
    "hilfe",
    "pour",
    "votre",
    "aide",
    "por",
    "la",
    "ayuda",
];

const PHRASE_WORDS_MAX: usize = 6;

/// The kind of small talk, if the whole text is that and nothing else.
pub(super) fn whole_text(text: &str) -> Option<SmallTalk> {
    read(text).map(|(about, _)| about)
}

/// What the agent says to a text of small talk, in the text's language where it is one of seven.
pub fn reply(about: SmallTalk, text: &str) -> &'static str {
    let tongue = read(text).map_or(English, |(_, tongue)| tongue);
    match (tongue, about) {
        (English, Greeting) => "Hello! What can I help you with?",
        (English, Thanks) => "You're welcome! Is there anything else I can help with?",
        (English, Goodbye) => "Goodbye, and thanks for stopping by!",
        (English, Acknowledgement) => "All right. Just ask if there is anything else you would like to know.",
        (English, Identity) => {
            "I'm an AI assistant. I answer from this site's documentation, and you can ask for a person at any time."
        }
        (German, Greeting) => "Hallo! Wobei kann ich helfen?",
        (German, Thanks) => "Gern geschehen! Kann ich sonst noch helfen?",
        (German, Goodbye) => "Auf Wiedersehen!",
        (German, Acknowledgement) => "Alles klar. Fragen Sie einfach, wenn Sie noch etwas wissen möchten.",
        (German, Identity) => {
            "Ich bin ein KI-Assistent. Ich antworte aus der Dokumentation dieser Website; Sie können jederzeit nach einem Menschen fragen."
        }
        (French, Greeting) => "Bonjour ! Comment puis-je vous aider ?",
        (French, Thanks) => "Avec plaisir ! Puis-je vous aider pour autre chose ?",
        (French, Goodbye) => "Au revoir !",
        (French, Acknowledgement) => "Très bien. N'hésitez pas si vous avez une autre question.",
        (French, Identity) => {
            "Je suis un assistant IA. Je réponds à partir de la documentation de ce site ; vous pouvez demander une personne à tout moment."
        }
        (Spanish, Greeting) => "¡Hola! ¿En qué puedo ayudarle?",
        (Spanish, Thanks) => "¡De nada! ¿Puedo ayudarle en algo más?",
        (Spanish, Goodbye) => "¡Hasta luego!",
        (Spanish, Acknowledgement) => "De acuerdo. Pregunte cuando quiera si necesita algo más.",
        (Spanish, Identity) => {
            "Soy un asistente de IA. Respondo a partir de la documentación de este sitio; puede pedir hablar con una persona en cualquier momento."
        }
        (Italian, Greeting) => "Ciao! Come posso aiutare?",
        (Italian, Thanks) => "Prego! Posso aiutare in altro?",
        (Italian, Goodbye) => "Arrivederci!",
        (Italian, Acknowledgement) => "Va bene. Chieda pure se le serve altro.",
        (Italian, Identity) => {
            "Sono un assistente IA. Rispondo in base alla documentazione di questo sito; può chiedere una persona in qualsiasi momento."
        }
        (Portuguese, Greeting) => "Olá! Em que posso ajudar?",
        (Portuguese, Thanks) => "De nada! Posso ajudar em mais alguma coisa?",
        (Portuguese, Goodbye) => "Até logo!",
        (Portuguese, Acknowledgement) => "Certo. Pergunte se precisar de mais alguma coisa.",
        (Portuguese, Identity) => {
            "Sou um assistente de IA. Respondo com base na documentação deste site; pode pedir uma pessoa a qualquer momento."
        }
        (Dutch, Greeting) => "Hallo! Waarmee kan ik helpen?",
        (Dutch, Thanks) => "Graag gedaan! Kan ik nog ergens mee helpen?",
        (Dutch, Goodbye) => "Tot ziens!",
        (Dutch, Acknowledgement) => "Prima. Vraag gerust als er nog iets is.",
        (Dutch, Identity) => {
            "Ik ben een AI-assistent. Ik antwoord op basis van de documentatie van deze site; u kunt altijd om een mens vragen."
        }
    }
}

fn read(text: &str) -> Option<(SmallTalk, Tongue)> {
    let words = Words::new(text);
    if words.len() > WORDS_MAX {
        return None;
    }
    if words.len() == 0 {
        return words.signs().any(is_approving).then_some((Acknowledgement, English));
    }
    let mut found: Option<(SmallTalk, Tongue)> = None;
    let mut at = 0;
    while at < words.len() {
        if let Some((length, about, tongue)) = phrase_at(&words, at) {
            found = Some(match found {
                Some((before, first)) => (stronger(before, about), if first == English { tongue } else { first }),
                None => (about, tongue),
            });
            at += length;
        } else if FILLERS.contains(&words.at(at)) {
            at += 1;
        } else {
            return None;
        }
    }
    found
}

/// The longest phrase that begins at a place.
fn phrase_at(words: &Words<'_>, at: usize) -> Option<(usize, SmallTalk, Tongue)> {
    (1..=PHRASE_WORDS_MAX.min(words.len() - at)).rev().find_map(|length| {
        PHRASES.iter().find_map(|(phrase, about, tongue)| {
            let mut parts = phrase.split(' ');
            let same = (at..at + length).all(|at| parts.next().is_some_and(|part| part == stretched(words.at(at))))
                && parts.next().is_none();
            same.then_some((length, *about, *tongue))
        })
    })
}

/// "heyyyy" and "okkk" as "hey" and "ok": a last letter that is repeated three times or more stands once.
fn stretched(word: &str) -> &str {
    let Some(last) = word.chars().last() else { return word };
    let bare = word.trim_end_matches(last);
    let repeats = (word.len() - bare.len()) / last.len_utf8();
    if repeats >= 3 { &word[..bare.len() + last.len_utf8()] } else { word }
}

/// Of two kinds in one text, the one that asks for a reply of its own: "ok great, thank you" is thanks.
fn stronger(a: SmallTalk, b: SmallTalk) -> SmallTalk {
    let rank = |about| match about {
        Acknowledgement => 0,
        Greeting => 1,
        Thanks => 2,
        Goodbye => 3,
        Identity => 4,
    };
    if rank(b) > rank(a) { b } else { a }
}

/// Emoji with which people say "fine" or "thanks".
fn is_approving(c: char) -> bool {
    matches!(
        c,
        '👍' | '🙏'
            | '❤'
            | '😀'
            | '😊'
            | '🙂'
            | '👌'
            | '🎉'
            | '😃'
            | '😄'
            | '💯'
            | '✅'
            | '👏'
            | '🤝'
            | '😁'
            | '🥰'
            | '😍'
    )
}
