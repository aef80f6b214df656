//! The words with which people ask for a person, by the part they play.

use crate::intent::words::{Words, is_near};

/// How much a noun says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Means a person of the team only after a verb of contact: "someone", "agent", "support".
    Contextual,
    /// Means a person of the team by itself: "representative", "real person".
    Sure,
}

/// A noun phrase that names a person of the team: where it ends and how much it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) end: usize,
    pub(super) strength: Strength,
    /// A word that stands for one person and not for a department.
    pub(super) single: bool,
}

/// Words that may stand between a verb and the noun it asks for.
const PHRASE_WORDS_MAX: usize = 7;

/// Reads a noun phrase that begins at a place.
///
/// `unknown_max` words that are in no table may stand before the noun ("a billing specialist"); callers whose verb
/// means little by itself allow none.
pub(super) fn person_at(words: &Words<'_>, start: usize, unknown_max: usize) -> Option<Person> {
    let mut unknown = 0;
    let mut emphasised = false;
    let mut live = false;
    let mut customer = false;
    for at in start..words.len().min(start + PHRASE_WORDS_MAX) {
        let word = words.at(at);
        if is_foreign_owner(word) || is_other_trade(word) {
            return None;
        }
        let joined = word == "some" && matches!(words.at(at + 1), "one" | "body");
        let last = at + usize::from(joined);
        if !heads_longer_phrase(words, last)
            && let Some((strength, single)) = noun(word, joined, customer)
        {
            let blocked = is_compound_tail(words, last + 1);
            let strength = if emphasised { Strength::Sure } else { strength };
            return (!blocked).then_some(Person { end: last + 1, strength, single });
        }
        if live
            && matches!(word, "help" | "support" | "assistance" | "chat")
            && noun(words.at(at + 1), false, true).is_none()
        {
            return Some(Person { end: at + 1, strength: Strength::Sure, single: false });
        }
        if is_emphasis(word) {
            emphasised = true;
            live = matches!(word, "live" | "human");
        } else if is_near(word, "customer", 2) || matches!(word, "client" | "help" | "tech" | "technical") {
            customer = true;
        } else if !is_determiner(word) && noun(word, false, customer).is_none() {
            unknown += 1;
            if unknown > unknown_max || is_preposition(word) || is_verb(word) {
                return None;
            }
        }
    }
    None
}

/// Whether the noun at a place only qualifies a following one: "human agent", "support team", "customer service rep".
fn heads_longer_phrase(words: &Words<'_>, at: usize) -> bool {
    let qualifies =
        matches!(words.at(at), "human" | "support" | "service" | "care" | "sales" | "live" | "chat" | "team");
    qualifies && noun(words.at(at + 1), false, true).is_some()
}

/// What a noun names, if it names a person or the people of the team.
fn noun(word: &str, joined: bool, customer: bool) -> Option<(Strength, bool)> {
    if joined {
        return Some((Strength::Contextual, true));
    }
    let sure = matches!(word, "rep" | "reps" | "csr" | "csrs" | "human" | "humans" | "hooman" | "humanbeing")
        || near(word, "human", 1)
        || near(word, "operator", 1)
        || near(word, "operators", 1)
        || is_representative(word);
    if sure {
        return Some((Strength::Sure, true));
    }
    let single = matches!(
        word,
        "agent"
            | "agents"
            | "person"
            | "persons"
            | "people"
            | "someone"
            | "somebody"
            | "anyone"
            | "anybody"
            | "exec"
            | "supervisor"
            | "manager"
            | "employee"
            | "associate"
            | "adviser"
            | "colleague"
            | "technician"
            | "consultant"
            | "expert"
            | "receptionist"
            | "being"
            | "guy"
            | "individual"
            | "smb"
            | "sb"
    ) || near(word, "agent", 1)
        || (near(word, "person", 1) && word != "persona")
        || near(word, "someone", 1)
        || near(word, "somebody", 2)
        || (near(word, "assistant", 1) && word != "assistants")
        || near(word, "advisor", 1)
        || near(word, "executive", 1)
        || near(word, "specialist", 1)
        || near(word, "supervisor", 1);
    if single {
        return Some((Strength::Contextual, true));
    }
    let department = matches!(word, "team" | "staff" | "support" | "helpdesk" | "sales" | "desk")
        || (customer && (near(word, "service", 2) || near(word, "support", 1) || word == "care" || word == "services"));
    department.then_some((Strength::Contextual, false))
}

/// "representative" in the many ways in which it is misspelt.
fn is_representative(word: &str) -> bool {
    let long = word.len() >= 9 && word.starts_with("rep");
    let other =
        word.starts_with("representing") || word.starts_with("representation") || word.starts_with("represented");
    long && !other && (is_near(word, "representative", 4) || is_near(word, "representatives", 4))
}

/// Fuzzy equality that leaves short words alone: three letters more or less are another word.
fn near(word: &str, target: &str, edits_max: usize) -> bool {
    word.chars().count() >= 5 && is_near(word, target, edits_max)
}

/// Words that say that a person and not the machine is meant.
fn is_emphasis(word: &str) -> bool {
    matches!(word, "real" | "live" | "actual" | "human" | "living" | "breathing" | "reel" | "genuine")
}

fn is_determiner(word: &str) -> bool {
    matches!(
        word,
        "a" | "an"
            | "the"
            | "your"
            | "ur"
            | "some"
            | "one"
            | "any"
            | "another"
            | "different"
            | "other"
            | "this"
            | "that"
            | "of"
            | "any1"
            | "available"
            | "online"
            | "chat"
            | "damn"
            | "damned"
            | "fucking"
            | "fuckin"
            | "freaking"
            | "bloody"
            | "goddamn"
            | "next"
            | "nice"
            | "good"
            | "proper"
            | "qualified"
            | "free"
            | "help"
            | "just"
            | "member"
            | "to"
            | "with"
            | "taht"
            | "th"
            | "teh"
            | "ya"
            | "service"
            | "services"
            | "care"
    )
}

/// Owners that make the noun somebody else: the visitor's own agent, their manager.
fn is_foreign_owner(word: &str) -> bool {
    matches!(word, "my" | "our" | "his" | "her" | "their" | "its" | "whose")
}

/// Trades and technical compounds whose "agent", "operator" or "assistant" is not a person of the team.
fn is_other_trade(word: &str) -> bool {
    matches!(
        word,
        "user"
            | "insurance"
            | "estate"
            | "realestate"
            | "realtor"
            | "travel"
            | "booking"
            | "letting"
            | "leasing"
            | "shipping"
            | "customs"
            | "mail"
            | "software"
            | "ssh"
            | "build"
            | "monitoring"
            | "ai"
            | "llm"
            | "virtual"
            | "licensed"
            | "local"
            | "bonding"
            | "ticketing"
            | "transfer"
            | "cluster"
            | "kubernetes"
            | "logical"
            | "boolean"
            | "comparison"
            | "ternary"
            | "backup"
            | "deployment"
            | "tour"
            | "network"
            | "voice"
            | "google"
            | "password"
            | "file"
            | "task"
            | "package"
            | "device"
            | "window"
            | "download"
            | "nearest"
            | "closest"
            | "contact"
            | "machine"
            | "collection"
            | "collections"
            | "claims"
            | "independent"
            | "assigned"
            | "bot"
            | "digital"
            | "smart"
    )
}

/// Words after the noun that make it part of something else: "agent string", "human resources".
fn is_compound_tail(words: &Words<'_>, at: usize) -> bool {
    matches!(
        words.at(at),
        "string"
            | "strings"
            | "header"
            | "headers"
            | "id"
            | "ids"
            | "name"
            | "names"
            | "number"
            | "numbers"
            | "phone"
            | "telephone"
            | "email"
            | "mail"
            | "office"
            | "offices"
            | "near"
            | "nearby"
            | "nearest"
            | "portal"
            | "locator"
            | "code"
            | "codes"
            | "token"
            | "tokens"
            | "key"
            | "keys"
            | "settings"
            | "version"
            | "api"
            | "sdk"
            | "resources"
            | "resource"
            | "rights"
            | "readable"
            | "error"
            | "errors"
            | "plan"
            | "plans"
            | "article"
            | "articles"
            | "page"
            | "hours"
            | "fee"
            | "fees"
            | "form"
            | "permissions"
            | "role"
            | "roles"
            | "seat"
            | "seats"
            | "account"
            | "accounts"
            | "precedence"
            | "overloading"
            | "overload"
            | "license"
            | "licence"
            | "commission"
            | "mode"
            | "s"
            | "workspace"
            | "directory"
            | "address"
            | "locations"
            | "location"
            | "dashboard"
            | "view"
            | "profile"
            | "type"
            | "types"
    ) || words.starts_at(at, &["in", "my"])
        || words.starts_at(at, &["in", "the", "area"])
        || words.starts_at(at, &["close", "by"])
        || words.starts_at(at, &["around", "here"])
        || words.starts_at(at, &["who", "hit"])
        || words.starts_at(at, &["on", "my"])
}

pub(super) fn is_preposition(word: &str) -> bool {
    matches!(
        word,
        "to" | "with" | "wth" | "wit" | "w" | "2" | "too" | "from" | "for" | "at" | "on" | "in" | "about" | "by"
    ) || (word.len() >= 3 && word.starts_with("wi") && is_near(word, "with", 1))
}

fn is_verb(word: &str) -> bool {
    matches!(
        word,
        "is" | "are" | "was" | "were" | "has" | "have" | "had" | "do" | "does" | "did" | "can" | "will" | "i" | "you"
    )
}

/// Verbs of conversation that take "to" or "with".
pub(super) fn is_talk(word: &str) -> bool {
    matches!(
        word,
        "talk"
            | "talking"
            | "tlk"
            | "tak"
            | "takl"
            | "speak"
            | "speaking"
            | "spk"
            | "speek"
            | "spek"
            | "sepak"
            | "chat"
            | "chatting"
            | "chating"
            | "caht"
            | "converse"
            | "discuss"
            | "communicate"
            | "communicating"
            | "correspond"
            | "interact"
            | "type"
            | "interacting"
            | "peak"
            | "speack"
            | "talks"
            | "talkin"
            | "conversation"
            | "text"
            | "tlak"
    ) || (word.len() == 5
        && (is_near(word, "talk", 1) || (is_near(word, "chat", 1) && !matches!(word, "chart" | "cheat"))))
        || near(word, "speak", 1)
        || near(word, "speaking", 1)
        || near(word, "talking", 1)
        || near(word, "chatting", 1)
}

/// Verbs that take the person as their object.
pub(super) fn is_contact(word: &str) -> bool {
    matches!(word, "contact" | "contacting" | "reach" | "reaching" | "meet" | "involve" | "summon")
        || (near(word, "contact", 1) && word != "contacts")
        || near(word, "contacting", 1)
}

/// Verbs that move the visitor or the thread to a person.
pub(super) fn is_connect(word: &str) -> bool {
    matches!(
        word,
        "connect"
            | "transfer"
            | "forward"
            | "escalate"
            | "redirect"
            | "direct"
            | "route"
            | "switch"
            | "pass"
            | "hand"
            | "put"
            | "patch"
            | "refer"
            | "send"
            | "show"
            | "take"
            | "bring"
            | "link"
            | "move"
            | "connected"
            | "transferred"
            | "transfered"
            | "forwarded"
            | "escalated"
            | "redirected"
            | "get"
            | "connecting"
            | "transferring"
            | "tranfer"
    ) || near(word, "transfer", 2)
        || near(word, "connect", 1)
}

/// Verbs that, without an object, still mean a move to a person: "transfer to agent", but not "send to someone".
pub(super) fn is_connect_alone(word: &str) -> bool {
    matches!(word, "escalate" | "redirect" | "connected" | "transferred" | "transfered" | "redirected" | "switch")
        || near(word, "transfer", 2)
        || near(word, "connect", 1)
}

/// Verbs of wish and request.
pub(super) fn is_want(word: &str) -> bool {
    matches!(
        word,
        "want"
            | "wants"
            | "need"
            | "needs"
            | "wanna"
            | "require"
            | "request"
            | "requesting"
            | "prefer"
            | "demand"
            | "get"
            | "give"
            | "gimme"
            | "find"
            | "have"
            | "like"
            | "wish"
            | "ned"
            | "wnat"
            | "nedd"
            | "needing"
            | "wanting"
            | "finding"
            | "getting"
    )
}

/// Machines that a visitor may be tired of.
pub(super) fn is_robot(word: &str) -> bool {
    matches!(
        word,
        "bot"
            | "bots"
            | "robot"
            | "robots"
            | "chatbot"
            | "chatbots"
            | "machine"
            | "machines"
            | "ai"
            | "computer"
            | "computers"
            | "robo"
            | "automated"
            | "automation"
    )
}

pub(super) fn is_negation(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "dont"
            | "no"
            | "never"
            | "without"
            | "doesnt"
            | "didnt"
            | "avoid"
            | "neither"
            | "nor"
            | "stop"
            | "wont"
            | "instead"
            | "hate"
            | "quit"
            | "shouldnt"
            | "neednt"
            | "havent"
            | "hasnt"
    )
}

/// Courtesy and impatience around a bare request: "operator now please".
pub(super) fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "please"
            | "pls"
            | "plz"
            | "plse"
            | "pleas"
            | "now"
            | "hi"
            | "hello"
            | "hey"
            | "thanks"
            | "thank"
            | "you"
            | "ok"
            | "okay"
            | "taht"
            | "this"
            | "that"
            | "is"
            | "there"
            | "here"
            | "asap"
            | "immediately"
            | "just"
            | "only"
            | "yes"
            | "no"
            | "again"
            | "um"
            | "uh"
            | "lol"
            | "omg"
            | "wtf"
            | "i"
            | "said"
            | "answer"
            | "instead"
            | "today"
            | "first"
            | "not"
            | "right"
            | "away"
            | "available"
            | "help"
            | "bot"
            | "robot"
            | "chat"
            | "to"
            | "line"
            | "are"
            | "anyone"
            | "me"
            | "needed"
            | "required"
            | "wanted"
    )
}

/// People whose talking is not the visitor's own wish.
pub(super) fn is_third_person(word: &str) -> bool {
    matches!(
        word,
        "customers"
            | "customer"
            | "users"
            | "visitors"
            | "visitor"
            | "clients"
            | "people"
            | "they"
            | "he"
            | "she"
            | "buyers"
            | "guests"
            | "members"
            | "students"
            | "patients"
            | "it"
            | "bot"
            | "agent"
            | "agents"
            | "who"
            | "kids"
            | "child"
    )
}
