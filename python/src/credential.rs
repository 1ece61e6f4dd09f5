//! Credentials between Python and the client.

use bitrix24::{Secret, oauth::Credential};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyDict, PyString},
};

use crate::{
    classes::{CREDENTIAL, SECRET},
    process::interned,
    settings::{given, reveal},
};

/// The credential that an object of Python's class describes.
pub(crate) fn read(given: &Bound<'_, PyAny>) -> PyResult<Credential> {
    let py = given.py();
    if !CREDENTIAL.is_type_of(given)? {
        let got = given.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "expected a Credential, got {got}"
        )));
    }
    let portal = reveal("portal", &given.getattr(interned!(py, "portal"))?)?;
    let access = given.getattr(interned!(py, "access_token"))?;
    let refresh = given.getattr(interned!(py, "refresh_token"))?;
    let mut credential = Credential::new(portal, reveal("access_token", &access)?);
    if !refresh.is_none() {
        credential.refresh_token = Some(reveal("refresh_token", &refresh)?.into());
    }
    credential.expires_at = field(given, interned!(py, "expires_at"), "an int of 64 bits")?;
    credential.auth_server = field(given, interned!(py, "auth_server"), "str")?;
    credential.member_id = field(given, interned!(py, "member_id"), "str")?;
    credential.user_id = field(given, interned!(py, "user_id"), "an int of 64 bits")?;
    credential.scopes = field(given, interned!(py, "scopes"), "a list of str")?;
    credential.status = field(given, interned!(py, "status"), "str")?;
    Ok(credential)
}

fn field<'py, T: FromPyObjectOwned<'py>>(
    credential: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    expected: &str,
) -> PyResult<T> {
    let value = credential.getattr(name)?;
    given(&format!("credential: {name}"), expected, &value)
}

/// The same where `None` stands for none.
pub(crate) fn read_some(given: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Credential>> {
    given.map(read).transpose()
}

/// An object of Python's class.
pub(crate) fn make<'py>(py: Python<'py>, credential: Credential) -> PyResult<Bound<'py, PyAny>> {
    let fields = PyDict::new(py);
    fields.set_item("refresh_token", secret(py, credential.refresh_token)?)?;
    fields.set_item("expires_at", credential.expires_at)?;
    fields.set_item("auth_server", credential.auth_server)?;
    fields.set_item("member_id", credential.member_id)?;
    fields.set_item("user_id", credential.user_id)?;
    fields.set_item("scopes", credential.scopes)?;
    fields.set_item("status", credential.status)?;
    let access = secret(py, Some(credential.access_token))?;
    let class = CREDENTIAL.get(py)?;
    class.call((credential.portal, access), Some(&fields))
}

/// An object of the class `Secret`.
pub(crate) fn secret(py: Python<'_>, secret: Option<Secret>) -> PyResult<Option<Bound<'_, PyAny>>> {
    secret
        .map(|secret| SECRET.get(py)?.call1((secret.expose(),)))
        .transpose()
}
