//! Credentials between Python and the client.

use bitrix24::{Secret, oauth::Credential};
use pyo3::{exceptions::PyTypeError, prelude::*, types::PyDict};

use crate::{
    classes::{CREDENTIAL, SECRET},
    process::interned,
    settings::reveal,
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
    credential.expires_at = given.getattr(interned!(py, "expires_at"))?.extract()?;
    credential.auth_server = given.getattr(interned!(py, "auth_server"))?.extract()?;
    credential.member_id = given.getattr(interned!(py, "member_id"))?.extract()?;
    credential.user_id = given.getattr(interned!(py, "user_id"))?.extract()?;
    credential.scopes = given.getattr(interned!(py, "scopes"))?.extract()?;
    credential.status = given.getattr(interned!(py, "status"))?.extract()?;
    Ok(credential)
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
