//! The body of a request.

use std::sync::Arc;

use bytes::Bytes;

use crate::live::Live;

/// What stands between the braces of a JSON object.
pub(crate) fn inside(params: &[u8]) -> Option<&[u8]> {
    let inside = params.trim_ascii().strip_prefix(b"{")?.strip_suffix(b"}")?;
    Some(inside.trim_ascii())
}

/// The body of a request: the parameters, and at their end the token.
pub(crate) struct Body {
    /// How much of it are the parameters, without the brace at their end.
    params: usize,
    is_empty: bool,
    bytes: Bytes,
    /// Whose token is in it.
    of: Option<Arc<Live>>,
}

impl Body {
    pub(crate) fn new(mut params: Vec<u8>) -> Self {
        params.truncate(params.trim_ascii_end().len());
        Self {
            params: params.len().saturating_sub(1),
            is_empty: inside(&params).is_none_or(<[u8]>::is_empty),
            bytes: params.into(),
            of: None,
        }
    }

    /// The body with the token that is valid now. A new one is written only if the token changed.
    pub(crate) fn with_token(&mut self, live: &Arc<Live>) -> Bytes {
        let same = |of: &Arc<Live>| Arc::ptr_eq(of, live) || of.token_field == live.token_field;
        if let Some(field) = &live.token_field
            && !self.of.as_ref().is_some_and(same)
        {
            let bytes = std::mem::take(&mut self.bytes);
            let mut body = Vec::from(bytes);
            body.truncate(self.params);
            if !self.is_empty {
                body.push(b',');
            }
            body.extend_from_slice(field.expose().as_bytes());
            self.bytes = body.into();
            self.of = Some(live.clone());
        }
        self.bytes.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{
        Secret, address,
        live::{LimitChoice, Limits, Live},
    };

    fn live(token: &str) -> Arc<Live> {
        let (base, auth) = address::token("a.de", Secret::from(token)).unwrap();
        let limits = Limits::new(&LimitChoice::Process(None), base.address(), token);
        Arc::new(Live::new(base, &auth, Vec::new(), limits).unwrap())
    }

    #[test]
    fn the_token_is_the_last_parameter() {
        for (params, body) in [
            ("{}", r#"{"auth":"one"}"#),
            (" { } \n", r#" { "auth":"one"}"#),
            (r#"{"a":1}"#, r#"{"a":1,"auth":"one"}"#),
            (r#"{"a":{}} "#, r#"{"a":{},"auth":"one"}"#),
        ] {
            let mut made = Body::new(params.into());
            assert_eq!(made.with_token(&live("one")), body);
            // The same again, and another one in its place.
            assert_eq!(made.with_token(&live("one")), body);
            assert_eq!(made.with_token(&live("2")), body.replace("one", "2"));
        }
        assert_eq!(inside(b"[]"), None);
        assert_eq!(inside(b" {\"a\": 1} "), Some(&b"\"a\": 1"[..]));
    }
}
