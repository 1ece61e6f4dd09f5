//! Applications, their tokens, and what they are installed with.

use std::sync::Arc;

use bitrix24::{
    ConfigError,
    oauth::{App, Credential, Installation, MemoryStore, TokenError, TokenErrorKind},
    process::Process,
};
use pyo3::{PyTraverseError, PyVisit, exceptions::PyTypeError, prelude::*, types::PyDict};

use crate::{
    classes::OAUTH,
    credential,
    drivers::Runner,
    errors, mailbox,
    outcome::{Ending, Outcome},
    process::interned,
    settings::{certificates, config, given, reveal, seconds},
    store::{Given, PythonStore},
};

/// An application and its token.
#[pyclass(frozen, module = "bitrix24._native")]
pub(crate) struct OAuth {
    oauth: bitrix24::oauth::OAuth,
    store: Option<Arc<PythonStore>>,
}

impl OAuth {
    /// That of an object of Python's class.
    pub(crate) fn of<'py>(given: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        if !OAUTH.is_type_of(given)? {
            let got = given.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "oauth: expected an OAuth, got {got}"
            )));
        }
        let native = given.getattr(interned!(given.py(), "_native"))?;
        Ok(native.cast_into()?)
    }

    pub(crate) fn inner(&self) -> &bitrix24::oauth::OAuth {
        &self.oauth
    }

    pub(crate) fn store(&self) -> Option<&PythonStore> {
        self.store.as_deref()
    }

    fn wait<'py, T: Outcome>(
        this: &Bound<'py, Self>,
        work: impl Future<Output = T> + Send,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        let outcome = Runner::new()?.drive(py, work)?;
        Self::ending(this).give(py, Box::new(outcome))
    }

    fn spawn<'py, T: Outcome>(
        this: &Bound<'py, Self>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> PyResult<Bound<'py, PyAny>> {
        mailbox::spawn(this.py(), Process::current(), Self::ending(this), work)
    }

    fn ending(this: &Bound<'_, Self>) -> Ending {
        Ending {
            oauth: Some(this.clone().unbind()),
            ..Ending::default()
        }
    }

    fn current(&self) -> impl Future<Output = Got> + Send + use<> {
        let oauth = self.oauth.clone();
        async move {
            Got(match oauth.credential().await {
                Err(error) if error.kind() == TokenErrorKind::NoCredential => Ok(None),
                credential => credential.map(Some),
            })
        }
    }

    fn replaced(
        &self,
        credential: &Bound<'_, PyAny>,
    ) -> PyResult<impl Future<Output = Got> + Send + use<>> {
        let new = credential::read(credential)?;
        let oauth = self.oauth.clone();
        Ok(async move { Got(oauth.replace(new).await.map(|()| None)) })
    }

    fn exchanged(
        &self,
        code: &Bound<'_, PyAny>,
        server: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<impl Future<Output = Got> + Send + use<>> {
        let code = reveal("code", code)?;
        let server = server.map(|server| given::<String>("server", "str", server));
        let server = server.transpose()?;
        let app = self.oauth.app().clone();
        Ok(async move { Got(app.exchange(code, server.as_deref()).await.map(Some)) })
    }
}

#[pymethods]
impl OAuth {
    #[new]
    #[pyo3(signature = (
        client_id, client_secret, credential, store, trust, proxy, root_certificates, timeout, /
    ))]
    #[allow(clippy::too_many_arguments)] // the settings are as many
    fn new(
        py: Python<'_>,
        client_id: &Bound<'_, PyAny>,
        client_secret: &Bound<'_, PyAny>,
        credential: Option<&Bound<'_, PyAny>>,
        store: Option<&Bound<'_, PyAny>>,
        trust: &Bound<'_, PyAny>,
        proxy: Option<&Bound<'_, PyAny>>,
        root_certificates: &Bound<'_, PyAny>,
        timeout: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let client_id = reveal("client_id", client_id)?;
        let trust: Vec<String> = given("trust", "a list of hosts", trust)?;
        let refused = |error: ConfigError| config(py, &error);
        let secret = reveal("client_secret", client_secret)?;
        let timeout = seconds("timeout", timeout)?;
        let mut app = App::new(client_id, secret)
            .and_then(|app| app.timeout(timeout))
            .map_err(refused)?;
        for host in trust {
            app = app.trust(&host).map_err(refused)?;
        }
        if let Some(proxy) = proxy {
            app = app.proxy(reveal("proxy", proxy)?).map_err(refused)?;
        }
        for certificate in certificates(root_certificates)? {
            app = app.root_certificate(certificate).map_err(refused)?;
        }
        let new = bitrix24::oauth::OAuth::with_shared_store;
        let (oauth, store) = match (store.map(Given::read).transpose()?, credential) {
            (Some(Given::Ours(store)), _) => (new(app, store), None),
            (Some(Given::Python(store)), _) => (new(app, store.clone()), Some(store)),
            (None, Some(credential)) => {
                let credential = credential::read(credential)?;
                let oauth = bitrix24::oauth::OAuth::new(app, credential).map_err(refused)?;
                (oauth, None)
            }
            (None, None) => (new(app, Arc::new(MemoryStore::default())), None),
        };
        Ok(Self { oauth, store })
    }

    #[getter]
    fn client_id(&self) -> &str {
        self.oauth.app().client_id()
    }

    #[getter]
    fn refreshes(&self) -> u64 {
        self.oauth.refreshes()
    }

    #[pyo3(signature = (portal, state, /))]
    fn authorize_url(
        &self,
        portal: &Bound<'_, PyAny>,
        state: &Bound<'_, PyAny>,
    ) -> PyResult<String> {
        let py = portal.py();
        let (portal, state) = (reveal("portal", portal)?, reveal("state", state)?);
        let url = self.oauth.app().authorize_url(&portal, &state);
        url.map_err(|error| config(py, &error))
    }

    #[pyo3(signature = (code, server, /))]
    fn exchange<'py>(
        this: &Bound<'py, Self>,
        code: &Bound<'py, PyAny>,
        server: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::wait(this, this.get().exchanged(code, server)?)
    }

    #[pyo3(signature = (code, server, /))]
    fn exchange_async<'py>(
        this: &Bound<'py, Self>,
        code: &Bound<'py, PyAny>,
        server: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::spawn(this, this.get().exchanged(code, server)?)
    }

    /// What calls are made with, read from the store the first time.
    fn credential<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::wait(this, this.get().current())
    }

    fn credential_async<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::spawn(this, this.get().current())
    }

    #[pyo3(signature = (credential, /))]
    fn replace<'py>(
        this: &Bound<'py, Self>,
        credential: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::wait(this, this.get().replaced(credential)?)
    }

    #[pyo3(signature = (credential, /))]
    fn replace_async<'py>(
        this: &Bound<'py, Self>,
        credential: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::spawn(this, this.get().replaced(credential)?)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.store().map_or(Ok(()), |store| store.traverse(&visit))
    }
}

/// A credential that was asked for.
struct Got(Result<Option<Credential>, TokenError>);

impl Outcome for Got {
    fn give(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        match self.0 {
            Ok(Some(credential)) => credential::make(py, credential),
            Ok(None) => Ok(py.None().into_bound(py)),
            Err(error) => Err(errors::token(py, &error)?),
        }
    }
}

/// In the order of the parameters of `Installation`.
type Installed<'py> = (
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Bound<'py, PyDict>,
);

/// Reads what an event was posted with.
#[pyfunction]
#[pyo3(signature = (body, /))]
pub(crate) fn installation_from_event<'py>(body: &Bound<'py, PyAny>) -> PyResult<Installed<'py>> {
    let body_text = reveal("body", body)?;
    installed(body.py(), Installation::from_event(&body_text))
}

/// The proof that any event was posted with.
#[pyfunction]
#[pyo3(signature = (body, /))]
pub(crate) fn application_token<'py>(
    body: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let token = Installation::token_of(&reveal("body", body)?);
    credential::secret(body.py(), token)
}

/// Reads what an application's page was opened with.
#[pyfunction]
#[pyo3(signature = (query, body, /))]
pub(crate) fn installation_from_open<'py>(
    query: &Bound<'py, PyAny>,
    body: &Bound<'py, PyAny>,
) -> PyResult<Installed<'py>> {
    let (query_text, body_text) = (reveal("query", query)?, reveal("body", body)?);
    let read = Installation::from_open(&query_text, &body_text);
    installed(query.py(), read)
}

fn installed(py: Python<'_>, read: Result<Installation, ConfigError>) -> PyResult<Installed<'_>> {
    let installation = read.map_err(|error| config(py, &error))?;
    let bots = PyDict::new(py);
    for (id, credential) in installation.bots {
        bots.set_item(id, credential::make(py, credential)?)?;
    }
    Ok((
        credential::make(py, installation.credential)?,
        credential::secret(py, installation.application_token)?,
        installation.event,
        installation.language,
        installation.placement,
        installation.placement_options,
        bots,
    ))
}
