//! Language models of agents.

use baton_app::models::{ModelState as State, Spend as AppSpend, Trial, TrialProblem};
use baton_domain::model::ModelSettings;
use baton_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What can be told about an agent's language model beside its settings. The key itself is never told.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelState {
    /// The name of the installation's model, if it has one.
    pub installation: Option<String>,
    /// The agent's own key, if there is one.
    pub key: Option<ModelKey>,
}

/// What can be told about a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelKey {
    /// Its last characters; empty for a short key.
    pub hint: String,
    /// When it was set.
    pub set_at: Timestamp,
    /// The address it was set for, and the only one it is sent to: scheme, host and port.
    pub origin: String,
    /// Whether it can be used with the agent's present address.
    pub usable: bool,
}

impl From<State> for ModelState {
    fn from(state: State) -> Self {
        let key = state.key.map(|key| ModelKey {
            hint: key.hint,
            set_at: key.set_at,
            origin: key.origin,
            usable: key.usable,
        });
        Self { installation: state.installation, key }
    }
}

/// Sets a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetModelKey {
    /// The key, as the provider gave it.
    pub key: String,
}

impl std::fmt::Debug for SetModelKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetModelKey").finish_non_exhaustive()
    }
}

/// Tries out a model.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckModel {
    /// Settings that are not saved yet; without them the saved ones are tried.
    #[serde(default)]
    pub model: Option<ModelSettings>,
}

/// What trying out a model came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelCheck {
    /// The model that was asked.
    pub model: Option<String>,
    /// What is wrong; absent if it answered.
    pub problem: Option<ModelProblem>,
    /// The same in words, with what to do.
    pub message: String,
    /// What the provider itself said.
    pub said: Option<String>,
    /// Until the reply was whole, or failed, milliseconds.
    pub took_ms: u64,
    /// Until the first word, milliseconds.
    pub first_text_ms: Option<u64>,
}

/// What can be wrong with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelProblem {
    /// There is no model to try out.
    NoModel,
    /// Nobody answers at the address.
    NoAnswer,
    /// It did not answer in time.
    TooSlow,
    /// The key is missing, wrong, or may not use the model.
    KeyRefused,
    /// The provider has no model of this name.
    NoSuchModel,
    /// Something else answers at the address, or it may not be asked.
    WrongAddress,
    /// The provider does not take the request.
    RequestRefused,
    /// The key's limit is used up for now.
    OverLimit,
    /// The provider fails.
    ProviderDown,
    /// What came back is no reply.
    Unusable,
}

impl From<TrialProblem> for ModelProblem {
    fn from(problem: TrialProblem) -> Self {
        match problem {
            TrialProblem::NoModel => Self::NoModel,
            TrialProblem::NoAnswer => Self::NoAnswer,
            TrialProblem::TooSlow => Self::TooSlow,
            TrialProblem::KeyRefused => Self::KeyRefused,
            TrialProblem::NoSuchModel => Self::NoSuchModel,
            TrialProblem::WrongAddress => Self::WrongAddress,
            TrialProblem::RequestRefused => Self::RequestRefused,
            TrialProblem::OverLimit => Self::OverLimit,
            TrialProblem::ProviderDown => Self::ProviderDown,
            TrialProblem::Unusable => Self::Unusable,
        }
    }
}

impl From<Trial> for ModelCheck {
    fn from(trial: Trial) -> Self {
        let milliseconds = |took: std::time::Duration| u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Self {
            model: trial.model,
            problem: trial.problem.map(ModelProblem::from),
            message: trial.message,
            said: trial.said,
            took_ms: milliseconds(trial.took),
            first_text_ms: trial.first_text.map(milliseconds),
        }
    }
}

/// What a model's part in an answer cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct Spend {
    /// The model.
    pub model: String,
    /// Tokens read.
    pub input_tokens: u32,
    /// Tokens written.
    pub output_tokens: u32,
    /// Whether the tokens are an estimate, because the provider counted nothing.
    pub estimated: bool,
    /// The cost in millionths of a US dollar; absent if the model's price is not known.
    pub cost_micro_usd: Option<u64>,
}

impl From<AppSpend> for Spend {
    fn from(spend: AppSpend) -> Self {
        Self {
            model: spend.model,
            input_tokens: spend.input_tokens,
            output_tokens: spend.output_tokens,
            estimated: spend.estimated,
            cost_micro_usd: spend.cost_micro_usd,
        }
    }
}
