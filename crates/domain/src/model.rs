//! Which language model writes an agent's answers.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::agent::FieldError;

const ADDRESS_CHARS_MAX: usize = 500;
const NAME_CHARS_MAX: usize = 200;
const TEMPERATURE_MAX: f64 = 2.0;

/// Which language model writes an agent's answers. What is filled in stays while another choice is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ModelSettings {
    /// Whose model.
    pub choice: ModelChoice,
    /// How the agent's own model is spoken to.
    pub provider: ModelProvider,
    /// Its address; empty for the provider's own.
    pub base_url: String,
    /// Its name at the provider.
    pub name: String,
    /// How freely it words things; absent leaves that to the provider.
    pub temperature: Option<f64>,
}

/// Whose model writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ModelChoice {
    /// The installation's, if it has one.
    #[default]
    Installation,
    /// None: answers are quoted from the docs.
    None,
    /// The agent's own.
    Own,
}

/// How a model is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ModelProvider {
    /// Chat completions, as OpenAI and most other servers speak them.
    #[default]
    OpenAi,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's Gemini.
    Gemini,
    /// Ollama.
    Ollama,
}

impl ModelProvider {
    /// The provider's own address.
    #[must_use]
    pub fn usual_address(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Anthropic => "https://api.anthropic.com/v1",
            Self::Gemini => "https://generativelanguage.googleapis.com/v1beta",
            Self::Ollama => "http://localhost:11434",
        }
    }
}

impl ModelSettings {
    /// The address that is asked.
    ///
    /// # Errors
    /// What is wrong with the address that was filled in.
    pub fn address(&self) -> Result<Url, &'static str> {
        let text = self.base_url.trim();
        let text = if text.is_empty() { self.provider.usual_address() } else { text };
        if text.chars().count() > ADDRESS_CHARS_MAX {
            return Err("At most 500 characters.");
        }
        let url = Url::parse(text).map_err(|_| "An address looks like https://api.example.com/v1.")?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err("An address begins with https:// or http://.");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("Leave out the name and the password; the key has its own field.");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("Leave out everything from ? or # on; a key has its own field.");
        }
        Ok(url)
    }

    pub(crate) fn errors(&self, errors: &mut Vec<FieldError>) {
        if self.choice != ModelChoice::Own {
            return;
        }
        let mut error = |field: &str, message: &str| {
            errors.push(FieldError { field: format!("model.{field}"), message: message.to_owned() });
        };
        if let Err(message) = self.address() {
            error("base_url", message);
        }
        let name = self.name.trim();
        if name.is_empty() {
            error("name", "Write the model's name as the provider writes it.");
        } else if name.chars().count() > NAME_CHARS_MAX || name.contains(char::is_control) {
            error("name", "At most 200 characters, on one line.");
        }
        if self.temperature.is_some_and(|temperature| !(0.0..=TEMPERATURE_MAX).contains(&temperature)) {
            error("temperature", "Between 0 and 2, or nothing.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(base_url: &str, name: &str, temperature: Option<f64>) -> Vec<String> {
        let settings = ModelSettings {
            choice: ModelChoice::Own,
            base_url: base_url.to_owned(),
            name: name.to_owned(),
            temperature,
            ..ModelSettings::default()
        };
        let mut errors = Vec::new();
        settings.errors(&mut errors);
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn only_what_is_used_has_to_be_right() {
        let mut errors = Vec::new();
        ModelSettings { base_url: "nonsense".to_owned(), ..ModelSettings::default() }.errors(&mut errors);
        assert!(errors.is_empty());
        assert_eq!(own("", "a-model", None), Vec::<String>::new());
        assert_eq!(own("", " ", Some(2.5)), ["model.name", "model.temperature"]);
        assert_eq!(own("", "m", Some(f64::NAN)), ["model.temperature"]);
    }

    #[test]
    fn an_address_holds_no_key_and_is_one_that_can_be_asked() {
        for address in ["https://models.example/v1", "http://localhost:11434", " https://m.example/a/b/ "] {
            assert_eq!(own(address, "m", None), Vec::<String>::new(), "{address}");
        }
        for address in [
            "models.example/v1",
            "ftp://m.example",
            "file:///etc/passwd",
            "https://user:key@m.example",
            "https://m.example/?key=1",
            "https://m.example/#k",
            "https://",
        ] {
            assert_eq!(own(address, "m", None), ["model.base_url"], "{address}");
        }
    }

    #[test]
    fn the_providers_own_addresses_are_addresses() {
        for provider in [ModelProvider::OpenAi, ModelProvider::Anthropic, ModelProvider::Gemini, ModelProvider::Ollama]
        {
            assert!(ModelSettings { provider, ..ModelSettings::default() }.address().is_ok());
        }
    }
}
