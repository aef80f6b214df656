//! Requests for a person in languages other than English.
//!
//! Word order differs too much between them for the English patterns, so a request is a verb of contact or wish and a
//! noun for a person of the same language in one clause, without a negation, or the noun with courtesy alone.

use std::ops::Range;

use crate::intent::words::{Words, is_near};

/// The words of one language.
struct Language {
    verbs: &'static [&'static str],
    /// Nouns that mean a person of the team with or without a verb.
    nouns: &'static [&'static str],
    /// Nouns that need the verb: "someone".
    pronouns: &'static [&'static str],
    negations: &'static [&'static str],
    /// Words that may surround a noun standing alone.
    fillers: &'static [&'static str],
}

/// How far verb and noun may stand apart.
const SPAN_WORDS_MAX: usize = 9;
/// How far before the verb or the noun a negation takes the request back.
const NEGATION_WORDS: usize = 3;

const LANGUAGES: [Language; 6] = [
    Language {
        verbs: &[
            "sprechen",
            "reden",
            "chatten",
            "verbinden",
            "verbinde",
            "kontaktieren",
            "weiterleiten",
            "brauche",
            "möchte",
            "moechte",
            "schreiben",
            "erreichen",
            "telefonieren",
        ],
        nouns: &[
            "mensch",
            "menschen",
            "mitarbeiter",
            "mitarbeiterin",
            "mitarbeitern",
            "kundenberater",
            "kundenberaterin",
            "ansprechpartner",
            "ansprechpartnerin",
            "kundendienst",
            "kundenservice",
            "sachbearbeiter",
        ],
        pronouns: &["jemand", "jemandem", "jemanden", "person", "support", "berater", "beraterin"],
        negations: &["nicht", "kein", "keinen", "keine", "ohne", "nie"],
        fillers: &["bitte", "ein", "eine", "einen", "einem", "echter", "echten", "echte", "mit", "hallo", "danke"],
    },
    Language {
        verbs: &[
            "parler",
            "discuter",
            "contacter",
            "joindre",
            "transférer",
            "transferer",
            "transférez",
            "passez",
            "veux",
            "voudrais",
            "échanger",
            "besoin",
        ],
        nouns: &["humain", "conseiller", "conseillère", "conseillere", "opérateur", "operateur", "téléconseiller"],
        pronouns: &["personne", "quelquun", "quelqu", "agent"],
        negations: &["pas", "sans", "jamais", "aucun", "aucune"],
        fillers: &["un", "une", "svp", "sil", "vous", "plaît", "plait", "bonjour", "merci", "vrai", "vraie"],
    },
    Language {
        verbs: &[
            "hablar",
            "chatear",
            "contactar",
            "comunicarme",
            "comunicar",
            "pasar",
            "pásame",
            "transferir",
            "conectar",
            "quiero",
            "necesito",
            "atienda",
        ],
        nouns: &["humano", "humana", "asesor", "asesora", "operador", "operadora", "representante"],
        pronouns: &["persona", "agente", "alguien"],
        negations: &["no", "sin", "nunca"],
        fillers: &["un", "una", "por", "favor", "hola", "gracias", "real"],
    },
    Language {
        verbs: &["parlare", "contattare", "chattare", "vorrei", "voglio", "passami", "trasferire", "comunicare"],
        nouns: &["operatore", "operatrice", "umano", "consulente", "assistente"],
        pronouns: &["persona", "qualcuno"],
        negations: &["non", "senza", "mai"],
        fillers: &["un", "una", "per", "favore", "ciao", "grazie", "vera", "vero"],
    },
    Language {
        verbs: &["falar", "conversar", "contatar", "contactar", "transferir", "quero", "preciso", "gostaria"],
        nouns: &["atendente", "humano", "operador", "operadora", "representante"],
        pronouns: &["pessoa", "alguém", "alguem", "agente"],
        negations: &["não", "nao", "sem", "nunca"],
        fillers: &["um", "uma", "por", "favor", "olá", "ola", "obrigado", "obrigada"],
    },
    Language {
        verbs: &["praten", "spreken", "chatten", "doorverbinden", "wil", "graag"],
        nouns: &["medewerker", "medewerkster", "klantenservice"],
        pronouns: &["iemand", "persoon", "mens"],
        negations: &["niet", "geen", "zonder", "nooit"],
        fillers: &["een", "met", "alstublieft", "aub", "hallo", "dank", "echt", "echte"],
    },
];

/// Finds a request in one clause; returns the words that make it.
pub(super) fn in_clause(words: &Words<'_>) -> Option<Range<usize>> {
    LANGUAGES.iter().find_map(|language| language.request(words))
}

impl Language {
    fn request(&self, words: &Words<'_>) -> Option<Range<usize>> {
        let noun = words.iter().position(|word| matches_any(word, self.nouns) || self.pronouns.contains(&word))?;
        let from = noun.saturating_sub(SPAN_WORDS_MAX);
        let until = (noun + SPAN_WORDS_MAX).min(words.len());
        if let Some(verb) = (from..until).find(|at| self.verbs.contains(&words.at(*at))) {
            let negated = [noun, verb]
                .iter()
                .any(|at| (at.saturating_sub(NEGATION_WORDS)..*at).any(|at| self.negations.contains(&words.at(at))));
            return (!negated).then_some(noun.min(verb)..noun.max(verb) + 1);
        }
        let alone = matches_any(words.at(noun), self.nouns)
            && (0..words.len()).all(|at| at == noun || self.fillers.contains(&words.at(at)));
        alone.then_some(0..words.len())
    }
}

/// Exact, or one slip in a long word.
fn matches_any(word: &str, nouns: &[&str]) -> bool {
    nouns.iter().any(|noun| word == *noun || (noun.chars().count() >= 8 && is_near(word, noun, 1)))
}
