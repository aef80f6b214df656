//! Trying out a model: what works, or what is wrong and what to do, in words.

use std::time::Duration;

use baton_answer::model::check;
use baton_answer::{Failure, ModelError, Usage};
use baton_domain::ids::{AgentId, WorkspaceId};
use baton_domain::model::{ModelChoice, ModelSettings};
use serde::Serialize;

use crate::models::pick::own;
use crate::{AppError, Baton};

/// What trying out a model came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The model that was asked.
    pub model: Option<String>,
    /// What is wrong; `None` if it answered.
    pub problem: Option<TrialProblem>,
    /// The same in words, with what to do.
    pub message: String,
    /// What the provider itself said.
    pub said: Option<String>,
    /// Until the reply was whole, or failed.
    pub took: Duration,
    /// Until the first word.
    pub first_text: Option<Duration>,
    /// The tokens of the reply, if the provider counts them.
    pub usage: Option<Usage>,
}

/// What can be wrong with a model. A closed list, for whoever branches on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialProblem {
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

/// Tries out an agent's model, by settings that need not be saved yet.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such agent, [`AppError::Invalid`] if the settings cannot be.
pub async fn try_model(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: AgentId,
    settings: Option<ModelSettings>,
) -> Result<Trial, AppError> {
    let agent = baton.agent(workspace_id, id).await?;
    let mut tried = agent.settings.clone();
    tried.model = settings.unwrap_or(tried.model);
    let mut errors: Vec<_> = tried.errors().into_iter().filter(|error| error.field.starts_with("model.")).collect();
    errors.extend(baton.models().errors(&tried.model));
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let model = match tried.model.choice {
        ModelChoice::None => None,
        ModelChoice::Installation => baton.model(),
        ModelChoice::Own => Some(own(baton, workspace_id, id, &tried.model).await?),
    };
    let Some(model) = model else { return Ok(nothing_to_try(tried.model.choice)) };
    let checked = check(model.as_ref()).await;
    let name = Some(model.name().to_owned());
    let (took, first_text) = (checked.took, checked.first_text);
    Ok(match checked.result {
        Ok(usage) => {
            let message = format!("{} answers.", model.name());
            Trial { model: name, problem: None, message, said: None, took, first_text, usage }
        }
        Err(error) => {
            let (problem, message) = in_words(&error, model.name());
            Trial { model: name, problem: Some(problem), message, said: error.said, took, first_text, usage: None }
        }
    })
}

fn nothing_to_try(choice: ModelChoice) -> Trial {
    let message = if choice == ModelChoice::Installation {
        "This installation has no language model, so answers are quoted from your docs."
    } else {
        "No language model is chosen, so answers are quoted from your docs."
    };
    Trial {
        model: None,
        problem: Some(TrialProblem::NoModel),
        message: message.to_owned(),
        said: None,
        took: Duration::ZERO,
        first_text: None,
        usage: None,
    }
}

fn in_words(error: &ModelError, name: &str) -> (TrialProblem, String) {
    let cause = &error.cause;
    match error.failure {
        Failure::Unreachable | Failure::Resting => (
            TrialProblem::NoAnswer,
            format!("Nobody answers at this address ({cause}). Check the address and that the server is running."),
        ),
        Failure::TooSlow => (
            TrialProblem::TooSlow,
            "The model did not answer in time. Try again; if it stays slow, choose a smaller or faster model."
                .to_owned(),
        ),
        Failure::KeyRefused => (
            TrialProblem::KeyRefused,
            format!(
                "The key was refused ({cause}). Copy it again from the provider, and check that its account may use this model."
            ),
        ),
        Failure::NoSuchModel => (
            TrialProblem::NoSuchModel,
            format!("The provider has no model named “{name}” ({cause}). Write the name as the provider writes it."),
        ),
        Failure::WrongAddress => (
            TrialProblem::WrongAddress,
            format!(
                "There is no language model at this address ({cause}). Check the address and the kind of provider."
            ),
        ),
        Failure::RequestRefused => (
            TrialProblem::RequestRefused,
            format!("The provider does not take the request ({cause}). Check the model's name and the temperature."),
        ),
        Failure::OverLimit => (
            TrialProblem::OverLimit,
            "The key has reached its limit for now. Wait a little, or raise the limit at the provider.".to_owned(),
        ),
        Failure::ProviderDown => {
            (TrialProblem::ProviderDown, format!("The provider is failing at the moment ({cause}). Try again later."))
        }
        Failure::Filtered | Failure::Unusable => (
            TrialProblem::Unusable,
            format!(
                "Something answered, but not as a language model of this kind does ({cause}). Check the kind of provider."
            ),
        ),
    }
}
