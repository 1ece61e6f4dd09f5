//! The API as data. The types are written here, the data is generated.

use bitrix24::{ListMeta, Rest, Rule};
#[allow(unused_imports)] // a small description has no conditions and no lists
use bitrix24::{Paging, When};
use pyo3::{
    prelude::*,
    types::{PyString, PyType},
};

use crate::process::Once;

/// A method of the API.
pub(crate) struct Method {
    /// What the generated package calls it: the name, and `v3:` before it if it is of REST 3.0.
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    pub(crate) rest: Rest,
    pub(crate) repeatable: bool,
    pub(crate) rules: &'static [Rule],
    pub(crate) params: &'static [Field],
    pub(crate) result: Type,
    pub(crate) list: Option<ListMeta>,
    /// The error codes that it describes as its own.
    pub(crate) codes: &'static [&'static str],
}

/// A parameter of a method, or a field of a record.
pub(crate) struct Field {
    pub(crate) wire: &'static str,
    /// What Python calls it.
    pub(crate) name: &'static str,
    pub(crate) ty: Type,
    pub(crate) required: bool,
}

/// What a value may be.
#[allow(dead_code)] // a small description does not use all of it
pub(crate) enum Type {
    Any,
    String,
    Secret,
    Integer,
    Double,
    Boolean(Flag),
    Date,
    DateTime,
    /// An object whose fields are not described.
    Object,
    Array(&'static Type),
    Map(Key, &'static Type),
    Record(&'static Record),
    Nullable(&'static Type),
    Union(&'static [Type]),
}

/// How a boolean travels. Answers may hold any form.
#[allow(dead_code)] // a small description does not use all of it
pub(crate) enum Flag {
    Json,
    YesNo,
    OneZero,
}

/// The keys of a map.
#[allow(dead_code)] // a small description does not use all of it
pub(crate) enum Key {
    String,
    Integer,
}

/// An object whose fields are described.
pub(crate) struct Record {
    module: &'static str,
    /// Empty if it is only ever a parameter: Python passes those as dictionaries.
    class: &'static str,
    pub(crate) fields: &'static [Field],
    resolved: Once<Resolved>,
}

/// What a record is in Python.
pub(crate) struct Resolved {
    pub(crate) class: Py<PyType>,
    /// `class.__new__`: the fields are set without a call of `__init__`.
    new: Py<PyAny>,
    /// The names of the attributes, in the order of the fields.
    pub(crate) names: Vec<Py<PyString>>,
}

impl Record {
    pub(crate) const fn new(
        module: &'static str,
        class: &'static str,
        fields: &'static [Field],
    ) -> Self {
        Self {
            module,
            class,
            fields,
            resolved: Once::new(),
        }
    }

    pub(crate) fn has_class(&self) -> bool {
        !self.class.is_empty()
    }

    /// The name of the class.
    pub(crate) fn class(&self) -> &'static str {
        self.class
    }

    /// Finds the class, for good.
    pub(crate) fn resolve(&self, py: Python<'_>) -> PyResult<&Resolved> {
        self.resolved.get_or_try(|| {
            let class = py
                .import(self.module)?
                .getattr(self.class)?
                .cast_into::<PyType>()?;
            let names = self
                .fields
                .iter()
                .map(|field| PyString::intern(py, field.name).unbind());
            Ok(Resolved {
                new: class.getattr("__new__")?.unbind(),
                class: class.unbind(),
                names: names.collect(),
            })
        })
    }
}

impl Resolved {
    /// Makes an instance without fields.
    pub(crate) fn instance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.new.bind(py).call1((&self.class,))
    }
}

impl Method {
    /// Finds a method by its key.
    pub(crate) fn find(key: &str) -> Option<&'static Self> {
        let index = METHODS
            .binary_search_by(|method| method.key.cmp(key))
            .ok()?;
        Some(METHODS[index])
    }
}

include!(concat!(env!("OUT_DIR"), "/tables.rs"));
