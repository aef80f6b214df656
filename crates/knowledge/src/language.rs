//! The languages that search knows a stemmer for, and how one is found for a text.

use serde::{Deserialize, Serialize};
use tantivy::tokenizer::Language as Stemming;
use whatlang::Lang;

/// The most text, in bytes, that is looked at to detect the language of one document.
const DETECTION_SAMPLE_BYTES: usize = 2_048;

/// The language that decides stemming and stop words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each variant is the language of its name")]
pub enum Language {
    Arabic,
    Danish,
    Dutch,
    English,
    Finnish,
    French,
    German,
    Greek,
    Hungarian,
    Italian,
    Norwegian,
    Portuguese,
    Romanian,
    Russian,
    Spanish,
    Swedish,
    Tamil,
    Turkish,
    /// Any other language: words are compared as they are written.
    Other,
}

impl Language {
    /// Finds the language that most of `texts` is written in; English when nothing can be told.
    ///
    /// Only the beginning of each text is looked at, and only detections that the detector calls reliable count.
    pub fn detect<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut weights: Vec<(Self, usize)> = Vec::new();
        for text in texts {
            let sample = &text[..text.floor_char_boundary(DETECTION_SAMPLE_BYTES)];
            let Some(info) = whatlang::detect(sample).filter(whatlang::Info::is_reliable) else { continue };
            let language = Self::from_detected(info.lang());
            match weights.iter_mut().find(|(known, _)| *known == language) {
                Some((_, weight)) => *weight += sample.len(),
                None => weights.push((language, sample.len())),
            }
        }
        weights
            .into_iter()
            .max_by_key(|(language, weight)| (*weight, std::cmp::Reverse(*language)))
            .map_or(Self::English, |(language, _)| language)
    }

    fn from_detected(lang: Lang) -> Self {
        match lang {
            Lang::Ara => Self::Arabic,
            Lang::Dan => Self::Danish,
            Lang::Nld => Self::Dutch,
            Lang::Eng => Self::English,
            Lang::Fin => Self::Finnish,
            Lang::Fra => Self::French,
            Lang::Deu => Self::German,
            Lang::Ell => Self::Greek,
            Lang::Hun => Self::Hungarian,
            Lang::Ita => Self::Italian,
            Lang::Nob => Self::Norwegian,
            Lang::Por => Self::Portuguese,
            Lang::Ron => Self::Romanian,
            Lang::Rus => Self::Russian,
            Lang::Spa => Self::Spanish,
            Lang::Swe => Self::Swedish,
            Lang::Tam => Self::Tamil,
            Lang::Tur => Self::Turkish,
            _ => Self::Other,
        }
    }

    /// The stemmer of this language.
    pub(crate) fn stemming(self) -> Option<Stemming> {
        match self {
            Self::Arabic => Some(Stemming::Arabic),
            Self::Danish => Some(Stemming::Danish),
            Self::Dutch => Some(Stemming::Dutch),
            Self::English => Some(Stemming::English),
            Self::Finnish => Some(Stemming::Finnish),
            Self::French => Some(Stemming::French),
            Self::German => Some(Stemming::German),
            Self::Greek => Some(Stemming::Greek),
            Self::Hungarian => Some(Stemming::Hungarian),
            Self::Italian => Some(Stemming::Italian),
            Self::Norwegian => Some(Stemming::Norwegian),
            Self::Portuguese => Some(Stemming::Portuguese),
            Self::Romanian => Some(Stemming::Romanian),
            Self::Russian => Some(Stemming::Russian),
            Self::Spanish => Some(Stemming::Spanish),
            Self::Swedish => Some(Stemming::Swedish),
            Self::Tamil => Some(Stemming::Tamil),
            Self::Turkish => Some(Stemming::Turkish),
            Self::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_language_of_most_of_the_text_wins() {
        let german =
            "Sie können Ihr Abonnement jederzeit in den Einstellungen kündigen, danach endet es zum Ende des Monats.";
        let english = "You can cancel your subscription at any time.";
        assert_eq!(Language::detect([german, english].into_iter()), Language::German);
        assert_eq!(Language::detect(["これは日本語の文章です。設定から解約できます。"].into_iter()), Language::Other);
    }

    #[test]
    fn english_when_nothing_can_be_told() {
        assert_eq!(Language::detect(["", "42", "x"].into_iter()), Language::English);
        assert_eq!(Language::detect(std::iter::empty()), Language::English);
    }

    #[test]
    fn a_long_text_is_sampled_on_a_character_boundary() {
        let long = "é".repeat(5_000);
        Language::detect([long.as_str()].into_iter());
    }
}
