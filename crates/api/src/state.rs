//! What handlers work with.

use std::sync::Arc;

use baton_app::Baton;

use crate::limits::Limits;
use crate::pages::WebFiles;

/// What handlers work with. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub baton: Baton,
    /// The front ends' files.
    pub web: Arc<dyn WebFiles>,
    /// Whether cookies are sent over TLS only: whether the public address is an https one.
    pub secure: bool,
    pub(crate) limits: Arc<Limits>,
}

impl std::fmt::Debug for ApiState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiState").field("secure", &self.secure).finish_non_exhaustive()
    }
}

impl ApiState {
    /// What handlers work with.
    #[must_use]
    pub fn new(baton: Baton, web: Arc<dyn WebFiles>) -> Self {
        let secure = baton.config().public_url.starts_with("https://");
        Self { baton, web, secure, limits: Arc::new(Limits::default()) }
    }

    /// Without limits on how often the same stranger may do something: for load tests, where one machine plays thousands.
    #[must_use]
    pub fn without_limits(self) -> Self {
        Self { limits: Arc::new(Limits::off()), ..self }
    }
}
