//! The native half of the Python package: `bitrix24._native`.
//!
//! It is small, and does not grow with the API: one way in for every method, driven by tables.
//! What a method is called, takes and returns, Python knows from generated `.py` files.

mod batch;
mod classes;
mod client;
mod credential;
mod decode;
mod drivers;
mod encode;
mod errors;
mod gate;
mod keys;
mod logs;
mod mailbox;
mod moves;
mod oauth;
mod outcome;
mod pages;
mod process;
mod request;
mod sandbox;
mod settings;
mod store;
mod table;
mod time;

/// The native half: private, and driven by tables of the methods.
#[pyo3::pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::client::Client;
    #[pymodule_export]
    use super::mailbox::Mailbox;
    #[pymodule_export]
    use super::oauth::{OAuth, application_token, installation_from_event, installation_from_open};
    #[pymodule_export]
    use super::pages::Pages;
    #[pymodule_export]
    use super::sandbox::{Recorded, Sandbox, sandbox_command};
    #[pymodule_export]
    use super::settings::Settings;
    #[pymodule_export]
    use super::store::Store;
    #[pymodule_export]
    use super::time::LateTime;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::process::refuse_subinterpreters(module.py())?;
        super::process::watch_forks(module)?;
        super::classes::find_all(module.py())?;
        super::mailbox::register(module.py())?;
        super::logs::listen();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
