//! Test doubles and a whole application on a throw-away store.
