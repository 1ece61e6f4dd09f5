//! Error answers and their two shapes.

use serde_json::{Value, json};

use crate::{
    auth::Denied,
    check::Problem,
    contract::{Contract, ErrorCode, Method, Rest, text},
    params::Unreadable,
};

/// What a webhook is told by a method for applications, whatever the code.
pub(crate) const APPLICATIONS_ONLY: &str = "The method is open to applications only";

/// Errors that the documentation names outside of its table of system errors.
const BESIDE_THE_TABLE: [(&str, u16, &str); 3] = [
    ("ERROR_METHOD_NOT_FOUND", 404, "The method is not found"),
    ("WRONG_AUTH_TYPE", 403, APPLICATIONS_ONLY),
    (
        "OPERATION_TIME_LIMIT",
        429,
        "The method has used up its execution time",
    ),
];

pub(crate) const VALIDATION: &str =
    "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION";

/// Codes that all methods of REST 3.0 share.
const V3: [(&str, u16, &str); 11] = [
    (VALIDATION, 400, "The request does not pass validation"),
    (
        "BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION",
        400,
        "The request body is not valid JSON",
    ),
    (
        "BITRIX_REST_V3_EXCEPTION_INVALIDSELECTEXCEPTION",
        400,
        "A batch of REST 3.0 is a list of calls",
    ),
    (
        "BITRIX_REST_V3_EXCEPTION_IDEMPOTENCYKEYREUSEDEXCEPTION",
        422,
        "The key was used with another request body",
    ),
    (
        "BITRIX_REST_V3_EXCEPTION_INVALIDIDEMPOTENCYKEYEXCEPTION",
        400,
        "The key must have 1 to 255 printable characters of ASCII",
    ),
    (
        "BITRIX_REST_V3_EXCEPTION_INVALIDPAGINATIONEXCEPTION",
        400,
        "The pagination is not valid",
    ),
    (
        "BITRIX_REST_V3_EXCEPTION_UNKNOWNDTOPROPERTYEXCEPTION",
        400,
        "A field is not known",
    ),
    (
        "BITRIX_REST_V3_EXCEPTION_UNKNOWNFILTEROPERATOREXCEPTION",
        400,
        "An operator in the filter is not known",
    ),
    (
        "BITRIX_REST_V3_EXCEPTION_ENTITYNOTFOUNDEXCEPTION",
        400,
        "There is no such object",
    ),
    (
        "BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION",
        403,
        "Access is denied",
    ),
    (
        "BITRIX_REST_V3_EXCEPTION_INSUFFICIENTSCOPEEXCEPTION",
        403,
        "The credential lacks the scope of the method",
    ),
];

/// An error answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// Text, or a number where the documentation has one.
    code: Value,
    text: String,
    /// The parameter that caused it.
    argument: Option<String>,
}

impl Refusal {
    /// The error with this code as documented: by the method, for all methods,
    /// or, for a code that nothing documents, as a plain 400.
    pub(crate) fn of(contract: &Contract, method: Option<&Method>, code: &str) -> Self {
        let beside = || {
            let mut beside = BESIDE_THE_TABLE.iter().chain(&V3);
            let (code, status, text) = beside.find(|(known, ..)| *known == code)?;
            Some(Self::new(*status, code, *text))
        };
        let common = contract.system_error(code).map(Self::documented);
        let common = common.or_else(beside);
        let Some(error) = method.and_then(|method| method.error(code)) else {
            return common.unwrap_or_else(|| Self::new(400, code, ""));
        };
        let mut refusal = Self::documented(error);
        if let Some((code, text)) = method.and_then(|method| example(method, code)) {
            refusal.code = code.clone();
            text.clone_into(&mut refusal.text);
        } else if error.text.is_none()
            && let Some(common) = common.filter(|common| common.status == refusal.status)
        {
            // The very same error, for which the method has no words of its own.
            refusal.text = common.text;
        }
        refusal
    }

    fn documented(error: &ErrorCode) -> Self {
        let text = error.text.clone().unwrap_or_default();
        Self::new(error.status.unwrap_or(400), &error.code, text)
    }

    pub(crate) fn new(status: u16, code: &str, text: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            text: text.into(),
            argument: None,
        }
    }

    pub(crate) fn with_status(mut self, status: Option<u16>) -> Self {
        self.status = status.unwrap_or(self.status);
        self
    }

    pub(crate) fn with_text(mut self, text: Option<String>) -> Self {
        self.text = text.unwrap_or(self.text);
        self
    }

    /// For a credential that is not admitted.
    pub(crate) fn denied(contract: &Contract, denied: Denied) -> Self {
        let code = match denied {
            Denied::Unknown => "NO_AUTH_FOUND",
            Denied::Expired => "expired_token",
            Denied::User => "user_access_error",
        };
        Self::of(contract, None, code)
    }

    /// For a credential without the scope of the method.
    pub(crate) fn scope(contract: &Contract, rest: Rest) -> Self {
        let code = match rest {
            Rest::Classic => "insufficient_scope",
            Rest::V3 => "BITRIX_REST_V3_EXCEPTION_INSUFFICIENTSCOPEEXCEPTION",
        };
        Self::of(contract, None, code)
    }

    /// For a body that the portal cannot read.
    pub(crate) fn unreadable(rest: Rest, unreadable: &Unreadable) -> Self {
        let code = match rest {
            Rest::Classic => "INVALID_REQUEST",
            Rest::V3 => "BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION",
        };
        Self::new(400, code, unreadable.0)
    }

    /// For parameters that break the contract.
    pub(crate) fn problem(rest: Rest, problem: &Problem) -> Self {
        let code = match rest {
            Rest::Classic => "ERROR_ARGUMENT",
            Rest::V3 => VALIDATION,
        };
        Self {
            argument: Some(problem.path().to_owned()),
            ..Self::new(400, code, problem.to_string())
        }
    }

    /// The body, in the shape of that generation of the API.
    pub(crate) fn body(&self, rest: Rest) -> Value {
        let Self {
            code,
            text,
            argument,
            ..
        } = self;
        match (rest, argument) {
            (Rest::Classic, None) => json!({"error": code, "error_description": text}),
            (Rest::Classic, Some(argument)) => {
                json!({"error": code, "error_description": text, "argument": argument})
            }
            (Rest::V3, None) => json!({"error": {"code": code, "message": text}}),
            (Rest::V3, Some(field)) => json!({"error": {
                "code": code,
                "message": "The request does not pass validation",
                "validation": [{"field": field, "message": text}],
            }}),
        }
    }
}

/// Code and words of the documented answer with this code.
fn example<'a>(method: &'a Method, code: &str) -> Option<(&'a Value, &'a str)> {
    method.examples.iter().find_map(|example| {
        let error = example.answer.get("error")?;
        let (found, words) = match error {
            Value::Object(error) => (error.get("code")?, error.get("message")?),
            code => (code, example.answer.get("error_description")?),
        };
        (text(found) == code).then_some((found, words.as_str()?))
    })
}
