//! A string that does not print itself.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A secret value, such as an access token, a bot's token, or an address with a token in it.
///
/// It prints as `***` and is sent in plain: to the API, or to wherever else it is serialized. When it
/// is dropped, its memory is wiped; that of copies which were sent or stored is not.
///
/// ```
/// use bitrix24::Secret;
///
/// let token = Secret::from("s3cret");
/// assert_eq!(format!("{token:?}"), "***");
/// assert_eq!(token.expose(), "s3cret");
/// ```
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret in plain.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(plain: String) -> Self {
        Self(plain.into())
    }
}

impl From<&str> for Secret {
    fn from(plain: &str) -> Self {
        Self(plain.into())
    }
}

impl PartialEq for Secret {
    /// Takes the same time wherever the first difference is.
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.expose().as_bytes(), other.expose().as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}
